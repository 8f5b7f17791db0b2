using Sigsum.Checkpoints;
using Sigsum.Crypto;
using Sigsum.Messages;
using Sigsum.Policy;
using static Sigsum.Fuzz.FuzzTarget;

namespace Sigsum.Fuzz.Targets;

/// <summary>What witnesses and logs send each other, and policies.</summary>
internal static class CheckpointTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Of("checkpoint", Checkpoint.Parse, (input, value) =>
        {
            // Signature lines of others are left out; what is signed is there byte by byte.
            byte[] body = Checkpoint.Body(value.Origin, value.TreeHead);
            Must.BeWrittenAs(input.AsSpan(0, Math.Min(input.Length, body.Length)), body);
            Must.BeReadAgain(value, v => Must.Bytes(v.Write), Checkpoint.Parse);
        }),
        Of("add-checkpoint", AddCheckpointRequest.Parse, (_, value) =>
        {
            Must.Hold(value.OldSize <= value.Checkpoint.TreeHead.Size, "the old size is not larger");
            Must.BeReadAgain(value, v => Must.Bytes(v.Write), AddCheckpointRequest.Parse);
        }),
        Of("cosignatures", input => CosignatureLine.ParseLines(input), (_, value) =>
        {
            Must.Hold(value.Length <= 16, "at most 16 lines");
            foreach (CosignatureLine line in value)
            {
                CosignatureLine second = CosignatureLine.ParseLines(Must.Bytes(line.Write))[0];
                Must.Hold(line == second, "a line is read again as it was");
            }
        }),
        Of("verifier-key", VerifierKey.Parse, (input, value) =>
        {
            Must.Hold(VerifierKey.Parse(value.ToString()) == value, "it is read again as it was");
            string text = Text.File(input);
            int key = text.LastIndexOf('+');
            Must.Hold(text[key..] == value.ToString()[value.ToString().LastIndexOf('+')..], "the key has one spelling");
        }),
        Of("policy", TrustPolicy.Parse, (_, value) =>
        {
            var none = new HashSet<Hash>();
            var all = value.Witnesses.Select(witness => witness.PublicKey.KeyHash()).ToHashSet();
            Must.Hold(value.IsQuorum(all), "all witnesses together are a quorum");
            Must.Hold(value.IsQuorum(none) == value.QuorumIsNone, "no witness is a quorum only where none is asked for");
            Must.Hold(value.Logs.All(log => value.FindLog(log.PublicKey.KeyHash()) == log), "logs are found");
            Must.Hold(all.All(key => value.FindWitness(key) is not null), "witnesses are found");
        }),
    ];
}
