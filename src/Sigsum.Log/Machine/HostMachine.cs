using System.Net.Security;
using Microsoft.AspNetCore.Http;
using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Machine;

/// <summary>The machine that this process runs on.</summary>
internal sealed class HostMachine : IMachine
{
    private HostMachine()
    {
    }

    /// <summary>The one there is.</summary>
    public static HostMachine Instance { get; } = new();

    /// <inheritdoc/>
    public IDisk Disk => HostDisk.Instance;

    /// <inheritdoc/>
    public bool HasStore(string directory) => DataDirectory.Exists(directory);

    /// <inheritdoc/>
    public ILogStore OpenStore(string directory) => RocksDbLogStore.Open(directory);

    /// <inheritdoc/>
    public ILogStore OpenStoreReadOnly(string directory) => RocksDbLogStore.OpenReadOnly(directory);

    /// <inheritdoc/>
    public ILogStore CreateStore(string directory, StoreIdentity identity) => RocksDbLogStore.Create(directory, identity);

    /// <inheritdoc/>
    public Task RebuildStoreAsync(string directory, string aside, Func<ILogStore, ILogStore, Task> fill) =>
        RocksDbLogStore.RebuildAsync(directory, aside, fill);

    /// <inheritdoc/>
    public Task<OpenedKey> OpenKeyAsync(string keyFile, CancellationToken cancellationToken) =>
        KeyFile.OpenAsync(keyFile, null, cancellationToken);

    /// <inheritdoc/>
    public HttpClient NewWitnessHttp() => SigsumHttp.CreateForLogs();

    /// <inheritdoc/>
    public HttpClient NewNodeHttp(
        Func<SslClientAuthenticationOptions>? tls, Func<HttpMessageHandler, HttpMessageHandler> wrap) =>
        SigsumHttp.CreateForNodes(tls, wrap);

    /// <inheritdoc/>
    public async Task<INodeListener> ListenAsync(
        HostPort endpoint, HttpLimits limits, NodeCertificates? certificates, RequestDelegate handler,
        NodeServices services, CancellationToken cancellationToken) =>
        await KestrelListener.StartAsync(endpoint, limits, certificates, handler, services, cancellationToken);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable?> ListenForOperatorAsync(
        string dataDir, INodeAdmin admin, NodeServices services, CancellationToken cancellationToken) =>
        await AdminListener.StartAsync(dataDir, admin, services, cancellationToken);
}
