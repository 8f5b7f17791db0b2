using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Publication;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;
using Sigsum.Messages;

namespace Sigsum.Fuzz;

/// <summary>
/// The endpoints of a log for reading, below the prefix <c>log</c>, over a store in memory with a few leaves: everything
/// between the HTTP server and the store. Nothing is listening.
/// </summary>
internal static class SampleNode
{
    private const int Leaves = 5;
    private const int MaxRange = 3;
    private const string Prefix = "/log/";

    private static readonly ImmutableArray<string> Names =
        ["get-tree-head", "get-inclusion-proof/", "get-consistency-proof/", "get-leaves/"];

    private static readonly Lazy<EndpointTable> Table = new(Build);

    /// <summary>Asks: a method, a space, and a path.</summary>
    public static SampleAnswer Ask(ReadOnlySpan<byte> input)
    {
        string line = Text.Header(input);
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || space + 1 == line.Length || line[space + 1] != '/')
            throw new RequestNotSentException();
        var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = line[..space];
        context.Request.Path = new PathString(line[(space + 1)..]);
        context.Response.Body = body;
        Table.Value.HandleAsync(context).GetAwaiter().GetResult();
        return new SampleAnswer(
            line[..space], line[(space + 1)..], context.Response.StatusCode, context.Response.ContentLength, body.ToArray());
    }

    /// <summary>Whether a request may be answered with 200.</summary>
    public static bool MayAnswer(string method, string path) => method is "GET" or "HEAD"
        && path.StartsWith(Prefix, StringComparison.Ordinal)
        && Names.Any(name => name.EndsWith('/')
            ? path.AsSpan(Prefix.Length).StartsWith(name, StringComparison.Ordinal)
            : path.AsSpan(Prefix.Length).SequenceEqual(name));

    private static EndpointTable Build()
    {
        var services = NodeServices.Create(TimeProvider.System, NullLoggerFactory.Instance);
        using var signer = Ed25519Signer.FromSeed(new byte[Ed25519Signer.SeedSize]);
        var store = new MemoryLogStore(
            StoreIdentity.ForNew(NodeRole.Primary, TreeType.Log, signer.PublicKey.KeyHash()));
        var appender = TreeAppender.Restore(store);
        Leaf[] leaves = [.. Enumerable.Range(0, Leaves).Select(i => new Leaf(Hash.Sha256([(byte)i]), default, default))];
        var batch = appender.Prepare(leaves, [.. leaves.Select(leaf => leaf.LeafHash())], []);
        store.Commit(batch);
        appender.Accept(batch);
        var publisher = new Publisher(store, new HeadReplicas(0, 0, services), services);
        var head = SignedTreeHead.SignAsync(store.TreeHead, signer).AsTask().GetAwaiter().GetResult();
        publisher.Publish(StoredTreeHead.Loaded(head), []);
        var read = new ReadEndpoints(publisher, store, MaxRange, services.Metrics.Http);
        return new EndpointTable("log", read.All, null, services.Time, services.Logger<EndpointTable>());
    }
}
