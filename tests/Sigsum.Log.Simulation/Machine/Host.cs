using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>A host with a disk, on which one program at a time has the store open.</summary>
internal sealed class Host(string name, Func<Process, string, DiskWrite> fate)
{
    private Process? _holder;

    /// <summary>Its name on the network.</summary>
    public string Name => name;

    /// <summary>Its small files.</summary>
    public FileTable Files { get; set; } = new();

    /// <summary>What its store holds; null where there is none.</summary>
    public StoredTree? Tree { get; set; }

    /// <summary>How the operator reaches the node that runs.</summary>
    public INodeAdmin? Admin { get; set; }

    /// <summary>What becomes of a write.</summary>
    public DiskWrite Fate(Process process, string what) => fate(process, what);

    /// <summary>Opens the store for a process.</summary>
    /// <exception cref="StoreException">Another one has it, or there is none.</exception>
    public ILogStore Open(Process process)
    {
        if (Tree is null)
            throw new StoreException("simulated: no store here");
        if (_holder is { Alive: true })
            throw new StoreException("simulated: the store is in use");
        _holder = process;
        return Open(Tree, process, () =>
        {
            if (_holder == process)
                _holder = null;
        });
    }

    /// <summary>Builds the store again while a process has it.</summary>
    public async Task RebuildAsync(Process process, Func<ILogStore, ILogStore, Task> fill)
    {
        using var damaged = Open(process);
        var tree = new StoredTree(damaged.Identity with { TreeState = TreeState.Active });
        using (var rebuilt = Open(tree, process, () => { }))
            await fill(damaged, rebuilt);
        process.MustBeAlive();
        Tree = tree;
    }

    private ProcessStore Open(StoredTree tree, Process process, Action closed) =>
        new(tree, process, what => fate(process, what), closed);

    /// <summary>The power fails: what was not synced is lost. What the store has committed is on the disk.</summary>
    public void LosePower(Random random) => Files.LosePower(random);
}
