using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sigsum.Log.Http.Tls;

/// <summary>
/// What a node shows and whom it believes, on both ends of its connections to other nodes. It never changes; a set that
/// was read later takes its place as a whole.
/// </summary>
/// <remarks>
/// Chains have to end in the CA file and nowhere else; nothing is fetched over the network. Sessions are not resumed:
/// every connection proves itself anew, so what a set says holds for all connections that are made after it.
/// </remarks>
internal sealed class CertificateSet : IDisposable
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;
    private static readonly Oid ServerPurpose = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientPurpose = new("1.3.6.1.5.5.7.3.2");

    private readonly SslStreamCertificateContext _own;
    private readonly X509Certificate2Collection _trusted;
    private readonly CancellationTokenSource _replaced = new();

    /// <param name="leaf">The node's certificate, with its private key.</param>
    /// <param name="intermediates">Those that lead from it to its CA, in any order.</param>
    /// <param name="trusted">CA certificates, or other nodes' self-signed ones.</param>
    /// <param name="warnings">What an operator should know about the files.</param>
    public CertificateSet(
        X509Certificate2 leaf, X509Certificate2Collection intermediates, X509Certificate2Collection trusted,
        ImmutableArray<string> warnings)
    {
        _own = SslStreamCertificateContext.Create(leaf, intermediates, offline: true);
        _trusted = trusted;
        Replaced = _replaced.Token;
        Warnings = warnings;
        NotBefore = leaf.From();
        NotAfter = intermediates.Append(leaf).Select(certificate => certificate.Until())
            .Append(trusted.Where(certificate => certificate.IsSelfIssued()).Max(root => root.Until())).Min();
        ForRequests = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = _own,
            CertificateChainPolicy = Policy(ServerPurpose),
            EnabledSslProtocols = Protocols,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    /// <summary>What an operator should know about the files; one line each.</summary>
    public ImmutableArray<string> Warnings { get; }

    /// <summary>The name in the node's certificate.</summary>
    public string Subject => _own.TargetCertificate.Subject;

    /// <summary>How many certificates are trusted.</summary>
    public int TrustedCount => _trusted.Count;

    /// <summary>Since when the node's certificate is valid.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>
    /// Until when this set is of use: the end of the first of the node's certificates, or of the last one that is
    /// trusted.
    /// </summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>For requests to other nodes; one object for each set, which connections can be told apart by.</summary>
    public SslClientAuthenticationOptions ForRequests { get; }

    /// <summary>Cancelled when another set has taken the place of this one.</summary>
    public CancellationToken Replaced { get; }

    /// <summary>For connections that others make; who shows no certificate of theirs is refused.</summary>
    /// <param name="refused">Is told whose certificate was refused, if there was one, and why.</param>
    public SslServerAuthenticationOptions ForListener(Action<X509Certificate?, X509Chain?> refused) => new()
    {
        ServerCertificateContext = _own,
        ClientCertificateRequired = true,
        CertificateChainPolicy = Policy(ClientPurpose),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None)
                return true;
            refused(certificate, chain);
            return false;
        },
        EnabledSslProtocols = Protocols,
        AllowTlsResume = false,
        AllowRenegotiation = false,
    };

    /// <summary>
    /// Ends the time of this set: connections that were made with it are closed after their request. Handshakes that
    /// have begun still use the certificates, so these are left to the collector.
    /// </summary>
    public void Dispose()
    {
        if (Replaced.IsCancellationRequested)
            return;
        _replaced.Cancel();
        _replaced.Dispose();
    }

    private X509ChainPolicy Policy(Oid purpose)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_trusted);
        policy.ApplicationPolicy.Add(purpose);
        return policy;
    }
}
