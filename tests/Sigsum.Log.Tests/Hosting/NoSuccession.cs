using Sigsum.Log.Failover;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>What a node that knows of no promotion says of itself.</summary>
internal static class NoSuccession
{
    public static Succession Of(NodeServices services) => new(
        new MemoryLogStore(StoreIdentity.ForNew(NodeRole.Secondary, TreeType.PreorderedLog, null)), services);
}
