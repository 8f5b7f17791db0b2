using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>The contract, for the backend that keeps everything in memory.</summary>
public sealed class MemoryLogStoreTests : LogStoreContract
{
    private readonly MemoryLogStore _store = new(NewIdentity);

    private protected override ILogStore Store => _store;

    private protected override void Reopen()
    {
        // It does not outlive the process; what was committed must be there all the same.
    }
}
