using Sigsum.Log.Failover;
using Sigsum.Log.Publication;
using Sigsum.Log.Scrubbing;
using Sigsum.Log.Storage;
using Sigsum.Log.Witnessing;
using Sigsum.Messages;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What is in the store, and in the files beside it.</summary>
internal static class StoreTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("store-version", input => StoreFormat.ReadVersion(input), (input, value) =>
        {
            if (value <= StoreFormat.Version)
                Must.BeWrittenAs(input, StoreFormat.WriteVersion((int)value));
        }, typeof(StoreException)),
        Of("store-tree-head", input => StoreFormat.ReadTreeHead(input), (input, value) =>
            Must.BeWrittenAsButForCase(input, StoreFormat.WriteTreeHead(value)), typeof(StoreException)),
        Of("store-identity", input => StoreFormat.ReadIdentity(input), (input, value) =>
            Must.BeWrittenAs(input, StoreFormat.WriteIdentity(value)), typeof(StoreException)),
        Of("store-node-key", input => StoreKeys.TryReadNode(input), (input, value) =>
        {
            if (value is not { } id)
                return;
            byte[] written = new byte[StoreKeys.NodeSize];
            StoreKeys.WriteNode(written, id);
            Must.BeWrittenAs(input, written);
        }),
        Of("published-head", input => Publisher.ParsePublished(input, null), (input, value) =>
            Must.BeWrittenAsButForCase(input, Publisher.ToStore(value).Value.Span), typeof(StoreException)),
        Of("lost-nodes", input => LostNodesRecord.Parse(input), (input, value) =>
            Must.BeWrittenAs(input, LostNodesRecord.ToStore(value).Value.Span), typeof(StoreException)),
        Of("damage-mark", input => DamageMark.Parse(input), (input, value) =>
            Must.BeWrittenAs(input, DamageMark.ToStore(value).Value.Span), typeof(StoreException)),
        Of("trial-witness-state", TrialWitnessState.Parse, (input, value) =>
            Must.BeWrittenAsButForCase(input, TrialWitnessState.Format(value))),
        Of("set-aside-file", input => SetAsideFile.ReadBack(new MemoryStream(input.ToArray())).SelectMany(leaves => leaves).ToArray(),
            (input, value) => Must.BeWrittenAsButForCase(input, Must.Bytes(writer => LeafList.Write(writer, value)))),
    ];
}
