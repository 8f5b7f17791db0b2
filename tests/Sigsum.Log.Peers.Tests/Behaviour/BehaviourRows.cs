namespace Sigsum.Log.Peers.Tests.Behaviour;

/// <summary>The HTTP behaviours that are matched against log-go, on logs of five leaves under the prefix <c>log</c>.</summary>
internal static class BehaviourRows
{
    private const string TwoTo63 = "9223372036854775808";
    private const string TwoTo64 = "18446744073709551616";
    private static readonly string UnknownHash = new('a', 64);

    public static IReadOnlyList<BehaviourRow> All { get; } =
    [
        .. TreeHead(), .. InclusionProof(), .. ConsistencyProof(), .. Leaves(), .. AddLeaf(), .. Paths(), .. Internal(),
    ];

    private static IEnumerable<BehaviourRow> TreeHead() =>
    [
        new("tree head", "log/get-tree-head", 200),
        new("tree head, HEAD", "log/get-tree-head", 200) { Method = "HEAD" },
        new("tree head, query string ignored", "log/get-tree-head?a=b", 200),
        new("tree head, wrong method", "log/get-tree-head", 405) { Method = "POST", Body = _ => "" },
        new("tree head, method OPTIONS", "log/get-tree-head", 405) { Method = "OPTIONS" },
        new("tree head, trailing slash", "log/get-tree-head/", 404),
        new("tree head, extra segment", "log/get-tree-head/1", 404),
    ];

    private static IEnumerable<BehaviourRow> InclusionProof() =>
    [
        new("inclusion proof", "log/get-inclusion-proof/5/{leaf3}", 200),
        new("inclusion proof, HEAD", "log/get-inclusion-proof/5/{leaf3}", 200) { Method = "HEAD" },
        new("inclusion proof, first leaf of two", "log/get-inclusion-proof/2/{leaf0}", 200),
        new("inclusion proof, upper case hash", "log/get-inclusion-proof/5/{LEAF3}", 200),
        new("inclusion proof, size 0", "log/get-inclusion-proof/0/{leaf0}", 400),
        new("inclusion proof, size 1", "log/get-inclusion-proof/1/{leaf0}", 400),
        new("inclusion proof, size beyond the tree", "log/get-inclusion-proof/6/{leaf0}", 400),
        new("inclusion proof, unknown leaf", "log/get-inclusion-proof/5/" + UnknownHash, 404),
        new("inclusion proof, leaf beyond size", "log/get-inclusion-proof/2/{leaf4}", 404),
        new("inclusion proof, leading zero", "log/get-inclusion-proof/05/{leaf0}", 400),
        new("inclusion proof, sign", "log/get-inclusion-proof/+5/{leaf0}", 400),
        new("inclusion proof, negative", "log/get-inclusion-proof/-1/{leaf0}", 400),
        new("inclusion proof, hexadecimal size", "log/get-inclusion-proof/0x5/{leaf0}", 400),
        new("inclusion proof, size 2^63", $"log/get-inclusion-proof/{TwoTo63}/{{leaf0}}", 400),
        new("inclusion proof, size 2^64", $"log/get-inclusion-proof/{TwoTo64}/{{leaf0}}", 400),
        new("inclusion proof, short hash", "log/get-inclusion-proof/5/abcd", 400),
        new("inclusion proof, long hash", "log/get-inclusion-proof/5/{leaf0}00", 400),
        new("inclusion proof, hash not hex", "log/get-inclusion-proof/5/" + new string('g', 64), 400),
        new("inclusion proof, no arguments", "log/get-inclusion-proof/", 400),
        new("inclusion proof, one argument", "log/get-inclusion-proof/5", 400),
        new("inclusion proof, three arguments", "log/get-inclusion-proof/5/{leaf0}/1", 400),
        new("inclusion proof, wrong method", "log/get-inclusion-proof/5/{leaf0}", 405) { Method = "POST", Body = _ => "" },
    ];

    private static IEnumerable<BehaviourRow> ConsistencyProof() =>
    [
        new("consistency proof", "log/get-consistency-proof/3/5", 200),
        new("consistency proof, from size 1", "log/get-consistency-proof/1/2", 200),
        new("consistency proof, from a power of two", "log/get-consistency-proof/4/5", 200),
        new("consistency proof, old size 0", "log/get-consistency-proof/0/5", 400),
        new("consistency proof, equal sizes", "log/get-consistency-proof/5/5", 400),
        new("consistency proof, sizes swapped", "log/get-consistency-proof/5/3", 400),
        new("consistency proof, new size beyond the tree", "log/get-consistency-proof/3/6", 400),
        new("consistency proof, leading zero", "log/get-consistency-proof/03/5", 400),
        new("consistency proof, size 2^63", $"log/get-consistency-proof/3/{TwoTo63}", 400),
        new("consistency proof, size 2^64", $"log/get-consistency-proof/3/{TwoTo64}", 400),
        new("consistency proof, one argument", "log/get-consistency-proof/3", 400),
        new("consistency proof, three arguments", "log/get-consistency-proof/3/5/1", 400),
        new("consistency proof, wrong method", "log/get-consistency-proof/3/5", 405) { Method = "PUT", Body = _ => "" },
    ];

    private static IEnumerable<BehaviourRow> Leaves() =>
    [
        new("leaves, all", "log/get-leaves/0/4", 200),
        new("leaves, at most max-range", "log/get-leaves/0/5", 200),
        new("leaves, the last", "log/get-leaves/4/5", 200),
        new("leaves, empty range", "log/get-leaves/2/2", 400),
        new("leaves, range backwards", "log/get-leaves/3/2", 400),
        new("leaves, end beyond the tree", "log/get-leaves/0/6", 400),
        new("leaves, start beyond the tree", "log/get-leaves/5/6", 400),
        new("leaves, leading zero", "log/get-leaves/00/1", 400),
        new("leaves, end 2^63", $"log/get-leaves/0/{TwoTo63}", 400),
        new("leaves, end 2^64", $"log/get-leaves/0/{TwoTo64}", 400),
        new("leaves, not a number", "log/get-leaves/a/b", 400),
        new("leaves, one argument", "log/get-leaves/0", 400),
        new("leaves, three arguments", "log/get-leaves/0/1/2", 400),
        new("leaves, wrong method", "log/get-leaves/0/1", 405) { Method = "DELETE" },
    ];

    private static IEnumerable<BehaviourRow> AddLeaf() =>
    [
        Add("add-leaf, committed leaf again", 200, inputs => inputs.Requests[0]),
        Add("add-leaf, upper case hex", 200, inputs => UpperCaseValues(inputs.Requests[0])),
        Add("add-leaf, bad signature", 403, inputs => FlipSignature(inputs.Unlogged)),
        Add("add-leaf, empty body", 400, _ => ""),
        Add("add-leaf, not key=value lines", 400, _ => "hello\n"),
        Add("add-leaf, last line end missing", 400, inputs => inputs.Requests[0].TrimEnd('\n')),
        Add("add-leaf, CR LF", 400, inputs => inputs.Requests[0].Replace("\n", "\r\n", StringComparison.Ordinal)),
        Add("add-leaf, line missing", 400, inputs => Lines(inputs, 0, 1)),
        Add("add-leaf, line twice", 400, inputs => Lines(inputs, 0, 0, 1, 2)),
        Add("add-leaf, wrong order", 400, inputs => Lines(inputs, 1, 0, 2)),
        Add("add-leaf, bytes after the end", 400, inputs => inputs.Requests[0] + "x"),
        Add("add-leaf, line after the end", 400, inputs => inputs.Requests[0] + "x=1\n"),
        Add("add-leaf, empty line after the end", 400, inputs => inputs.Requests[0] + "\n"),
        Add("add-leaf, NUL", 400, inputs => inputs.Requests[0].Insert(8, "\0")),
        Add("add-leaf, upper case key", 400, inputs => "M" + inputs.Requests[0][1..]),
        Add("add-leaf, blank before the value", 400, inputs => inputs.Requests[0].Insert(8, " ")),
        Add("add-leaf, short message", 400, inputs => inputs.Requests[0].Remove(8, 2)),
        Add("add-leaf, long message", 400, inputs => inputs.Requests[0].Insert(8, "00")),
        Add("add-leaf, body of 100 kB", 400, _ => "message=" + new string('0', 100_000) + "\n") with { OurStatus = 413 },
        Add("add-leaf, malformed submit token", 400, inputs => inputs.Unlogged) with
        {
            Header = ("sigsum-token", "example.org nonsense"),
        },
        new("add-leaf, wrong method", "log/add-leaf", 405),
        new("add-leaf, method PUT", "log/add-leaf", 405) { Method = "PUT", Body = _ => "" },
        new("add-leaf, trailing slash", "log/add-leaf/", 404) { Method = "POST", Body = _ => "" },
    ];

    private static IEnumerable<BehaviourRow> Paths() =>
    [
        new("unknown endpoint", "log/get-nothing", 404),
        new("unknown path", "nothing", 404),
        new("endpoint without the prefix", "get-tree-head", 404),
        new("endpoint in upper case", "log/GET-TREE-HEAD", 404),
        new("information page", "log/", 200) { Sameness = Sameness.Status },
        new("information page, HEAD", "log/", 200) { Method = "HEAD", Sameness = Sameness.Status },
        new("root leads to the information page", "", 301) { Sameness = Sameness.Status, OurStatus = 200 },
        new("internal endpoint is not served to clients", "log/get-secondary-tree-head", 404),
        new("metrics are not served to clients", "metrics", 404),
    ];

    private static IEnumerable<BehaviourRow> Internal() =>
    [
        In("feed, all leaves", Listener.PrimaryInternal, "log/get-leaves/0/4", 200),
        In("feed, end beyond the tree", Listener.PrimaryInternal, "log/get-leaves/3/1000", 200),
        In("feed, at the end of the tree", Listener.PrimaryInternal, "log/get-leaves/5/6", 404),
        In("feed, start beyond the tree", Listener.PrimaryInternal, "log/get-leaves/6/7", 400),
        In("feed, empty range", Listener.PrimaryInternal, "log/get-leaves/1/1", 400),
        In("feed, wrong method", Listener.PrimaryInternal, "log/get-leaves/0/1", 405) with { Method = "POST", Body = _ => "" },
        In("public endpoints are not on the internal listener", Listener.PrimaryInternal, "log/get-tree-head", 404),
        In("metrics of the primary", Listener.PrimaryInternal, "metrics", 200) with { Sameness = Sameness.Status },
        In("secondary's tree head", Listener.SecondaryInternal, "log/get-secondary-tree-head", 200) with
        {
            Sameness = Sameness.Shape,
        },
        In("secondary's tree head, wrong method", Listener.SecondaryInternal, "log/get-secondary-tree-head", 405) with
        {
            Method = "POST", Body = _ => "",
        },
        In("feed of a secondary", Listener.SecondaryInternal, "log/get-leaves/0/1", 404) with { OurStatus = 200 },
        In("metrics of the secondary", Listener.SecondaryInternal, "metrics", 200) with { Sameness = Sameness.Status },
        In("secondary serves no clients", Listener.SecondaryExternal, "log/get-tree-head", 404),
        In("secondary's external root", Listener.SecondaryExternal, "", 404),
    ];

    private static BehaviourRow Add(string name, int status, Func<BehaviourInputs, string> body) =>
        new(name, "log/add-leaf", status) { Method = "POST", Body = body };

    private static BehaviourRow In(string name, Listener listener, string path, int status) =>
        new(name, path, status) { Listener = listener };

    private static string Lines(BehaviourInputs inputs, params ReadOnlySpan<int> order)
    {
        string[] lines = inputs.Requests[0].Split('\n');
        string text = "";
        foreach (int index in order)
            text += lines[index] + "\n";
        return text;
    }

    private static string UpperCaseValues(string request) => string.Concat(
        request.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('='))
            .Select(pair => $"{pair[0]}={pair[1].ToUpperInvariant()}\n"));

    // Another hex digit inside the signature's value.
    private static string FlipSignature(string request)
    {
        int at = request.IndexOf("signature=", StringComparison.Ordinal) + "signature=".Length + 10;
        return request.Remove(at, 1).Insert(at, request[at] == '0' ? "1" : "0");
    }
}
