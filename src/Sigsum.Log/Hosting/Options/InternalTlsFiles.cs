namespace Sigsum.Log.Hosting;

/// <summary>
/// The files with which nodes authenticate each other, all PEM. An empty path is one that was left out, which
/// <see cref="OptionRules"/> refuses: there is no half of this.
/// </summary>
/// <param name="CertFile">This node's certificate, and those between it and the CA (<c>--internal-tls-cert-file</c>).</param>
/// <param name="KeyFile">Its private key (<c>--internal-tls-key-file</c>).</param>
/// <param name="CaFile">Whom this node believes, on either end of a connection (<c>--internal-tls-ca-file</c>).</param>
internal sealed record InternalTlsFiles(string CertFile, string KeyFile, string CaFile)
{
    /// <summary>The option of <see cref="CertFile"/>.</summary>
    public const string CertOption = "internal-tls-cert-file";

    /// <summary>The option of <see cref="KeyFile"/>.</summary>
    public const string KeyOption = "internal-tls-key-file";

    /// <summary>The option of <see cref="CaFile"/>.</summary>
    public const string CaOption = "internal-tls-ca-file";

    /// <summary>Null where none of the three was given, so that nothing was asked for.</summary>
    public static InternalTlsFiles? FromOptions(string? certFile, string? keyFile, string? caFile) =>
        certFile is null && keyFile is null && caFile is null
            ? null
            : new InternalTlsFiles(certFile ?? "", keyFile ?? "", caFile ?? "");

    /// <summary>The options whose files are missing.</summary>
    public IEnumerable<string> Missing()
    {
        if (CertFile.Length == 0)
            yield return CertOption;
        if (KeyFile.Length == 0)
            yield return KeyOption;
        if (CaFile.Length == 0)
            yield return CaOption;
    }
}
