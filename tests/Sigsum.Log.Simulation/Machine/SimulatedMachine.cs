using System.Net.Security;
using Microsoft.AspNetCore.Http;
using Sigsum.Crypto;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Machine;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Simulation.Machine;

/// <summary>A host of the simulated world, as one process sees it.</summary>
internal sealed class SimulatedMachine(Host host, Process process, Wire wire, Func<string, ISigner> keys) : IMachine
{
    /// <inheritdoc/>
    public IDisk Disk { get; } = new ProcessDisk(() => host.Files, process, what => host.Fate(process, what));

    /// <inheritdoc/>
    public bool HasStore(string directory) => host.Tree is not null;

    /// <inheritdoc/>
    public ILogStore OpenStore(string directory)
    {
        process.MustBeAlive();
        return host.Open(process);
    }

    /// <inheritdoc/>
    public ILogStore OpenStoreReadOnly(string directory) => OpenStore(directory);

    /// <inheritdoc/>
    public ILogStore CreateStore(string directory, StoreIdentity identity)
    {
        process.MustBeAlive();
        if (host.Tree is not null)
            throw new StoreException($"simulated: {directory} holds a store already");
        host.Tree = new StoredTree(identity);
        return host.Open(process);
    }

    /// <inheritdoc/>
    public Task RebuildStoreAsync(string directory, string aside, Func<ILogStore, ILogStore, Task> fill)
    {
        process.MustBeAlive();
        return host.RebuildAsync(process, fill);
    }

    /// <inheritdoc/>
    public Task<OpenedKey> OpenKeyAsync(string keyFile, CancellationToken cancellationToken) =>
        Task.FromResult(new OpenedKey(keys(keyFile), []));

    /// <inheritdoc/>
    public HttpClient NewWitnessHttp() => new(new Sender(wire, process)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public HttpClient NewNodeHttp(
        Func<SslClientAuthenticationOptions>? tls, Func<HttpMessageHandler, HttpMessageHandler> wrap) =>
        new(wrap(new Sender(wire, process))) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public Task<INodeListener> ListenAsync(
        HostPort endpoint, HttpLimits limits, NodeCertificates? certificates, RequestDelegate handler,
        NodeServices services, CancellationToken cancellationToken)
    {
        process.MustBeAlive();
        return Task.FromResult<INodeListener>(new WireListener(wire, process, endpoint.Port, handler));
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> ListenForOperatorAsync(
        string dataDir, INodeAdmin admin, NodeServices services, CancellationToken cancellationToken)
    {
        host.Admin = admin;
        return Task.FromResult<IAsyncDisposable?>(null);
    }

    private sealed class Sender(Wire wire, Process process) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            wire.SendAsync(process, request, cancellationToken);
    }
}
