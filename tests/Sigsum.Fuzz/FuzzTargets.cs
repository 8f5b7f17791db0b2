using System.Collections.Frozen;
using Sigsum.Fuzz.Targets;

namespace Sigsum.Fuzz;

/// <summary>All parsers that read what comes over the network or out of a file.</summary>
internal static class FuzzTargets
{
    private static readonly FrozenDictionary<string, FuzzTarget> ByName = new[]
    {
        MessageTargets.All, NodeMessageTargets.All, CheckpointTargets.All, KeyTargets.All, ClientTargets.All,
        HttpTargets.All, AdmissionTargets.All, SigningTargets.All, StoreTargets.All, OptionTargets.All,
    }.SelectMany(targets => targets).ToFrozenDictionary(target => target.Name);

    /// <summary>Their names, in order.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The target with a name; null for none.</summary>
    public static FuzzTarget? Named(string name) => ByName.GetValueOrDefault(name);
}
