using System.Net.Security;
using Microsoft.AspNetCore.Http;
using Sigsum.Log.Hosting;
using Sigsum.Log.Http;
using Sigsum.Log.Http.Tls;
using Sigsum.Log.Signing;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Machine;

/// <summary>
/// All that a node takes from the machine it runs on, its clock apart: disk, store, keys and network. Production has one
/// (<see cref="HostMachine"/>); the simulator has its own, so that it runs the same nodes on simulated disks and wires.
/// </summary>
internal interface IMachine
{
    /// <summary>Where small files are kept.</summary>
    IDisk Disk { get; }

    /// <summary>Whether a directory holds a store.</summary>
    bool HasStore(string directory);

    /// <summary>Opens the store in a directory; nobody else has it while it is open.</summary>
    /// <exception cref="StoreException">There is none, or it cannot be used.</exception>
    ILogStore OpenStore(string directory);

    /// <summary>As <see cref="OpenStore"/>, for whoever only looks: each byte of the directory stays as it is.</summary>
    ILogStore OpenStoreReadOnly(string directory);

    /// <summary>Gives birth to a store; the directory must not hold one.</summary>
    /// <exception cref="StoreException">There is one already, or it cannot be made.</exception>
    ILogStore CreateStore(string directory, StoreIdentity identity);

    /// <summary>
    /// Builds the store of a directory again, where the one that is there is damaged. When <paramref name="fill"/> returns, the new one
    /// takes the place of the old one, which is kept; when it throws, nothing has changed.
    /// </summary>
    /// <param name="directory">The directory; nobody else has it meanwhile.</param>
    /// <param name="aside">Name under which the old one is kept in the directory.</param>
    /// <param name="fill">Is given the old store, to read, and the new one: empty, active, and otherwise of the same identity.</param>
    /// <exception cref="StoreException">There is none, or it cannot be used.</exception>
    Task RebuildStoreAsync(string directory, string aside, Func<ILogStore, ILogStore, Task> fill);

    /// <summary>Opens the signer that a key file, or a PKCS#11 URI, stands for.</summary>
    /// <exception cref="KeyFileException">It cannot be used.</exception>
    Task<OpenedKey> OpenKeyAsync(string keyFile, CancellationToken cancellationToken);

    /// <summary>A client for witnesses, which the caller disposes of.</summary>
    HttpClient NewWitnessHttp();

    /// <summary>A client for other nodes, which the caller disposes of.</summary>
    /// <param name="tls">How nodes prove who they are; null where they do not.</param>
    /// <param name="wrap">Puts a handler in front of the one that sends.</param>
    HttpClient NewNodeHttp(
        Func<SslClientAuthenticationOptions>? tls, Func<HttpMessageHandler, HttpMessageHandler> wrap);

    /// <summary>Listens at an address.</summary>
    /// <exception cref="StartupException">It cannot be had.</exception>
    Task<INodeListener> ListenAsync(
        HostPort endpoint, HttpLimits limits, NodeCertificates? certificates, RequestDelegate handler,
        NodeServices services, CancellationToken cancellationToken);

    /// <summary>Lets the operator's commands reach a node that runs.</summary>
    /// <returns>What ends it; null where that is not possible.</returns>
    Task<IAsyncDisposable?> ListenForOperatorAsync(
        string dataDir, INodeAdmin admin, NodeServices services, CancellationToken cancellationToken);
}
