using System.Collections.Immutable;
using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Sigsum.Log.Admission;

/// <summary>Asks a DNS resolver for TXT records. Keeps nothing; whatever goes wrong is an answer, not an exception.</summary>
internal sealed class TxtResolver
{
    /// <summary>Largest UDP answer asked for; larger ones come by TCP (the size of DNS flag day 2020: never
    /// fragmented).</summary>
    private const int UdpSize = 1232;

    private readonly Lazy<LookupClient> _client;

    /// <summary>Names the resolver.</summary>
    /// <param name="server">The resolver; null for those of the system.</param>
    /// <param name="timeout">How long to wait for one answer before asking once more.</param>
    public TxtResolver(IPEndPoint? server, TimeSpan timeout)
    {
        // Made when first needed, because the system's resolvers are read then, which may fail.
        _client = new Lazy<LookupClient>(
            () => new LookupClient(Configure(server, timeout)), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Looks up one name.</summary>
    /// <param name="name">An ASCII name without a trailing dot, already validated.</param>
    /// <param name="cancellationToken">Ends the look-up, which is then <see cref="TxtAnswer.Failed"/>.</param>
    public async Task<TxtAnswer> QueryAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var question = new DnsQuestion(name + ".", QueryType.TXT);
            return Read(await _client.Value.QueryAsync(question, cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new TxtAnswer.Failed("time-out");
        }
        catch (Exception exception)
        {
            // The network, the resolver's bytes and the library's reading of them: none may do more than fail.
            return new TxtAnswer.Failed(exception.Message);
        }
    }

    private static LookupClientOptions Configure(IPEndPoint? server, TimeSpan timeout)
    {
        var options = server is null ? new LookupClientOptions() : new LookupClientOptions(new NameServer(server));
        options.Timeout = timeout;
        options.Retries = 1;
        options.UseCache = false;
        options.UseTcpFallback = true;
        options.ThrowDnsErrors = false;
        options.ExtendedDnsBufferSize = UdpSize;
        return options;
    }

    private static TxtAnswer Read(IDnsQueryResponse response)
    {
        var code = response.Header.ResponseCode;
        if (code is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
            return new TxtAnswer.Failed($"the resolver answered {code}");
        if (response.Header.ResultTruncated)
            return new TxtAnswer.Failed("the answer is truncated");

        ImmutableArray<string> texts = [.. response.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
        if (code == DnsHeaderResponseCode.NoError && !texts.IsEmpty)
        {
            // An answer by way of an alias holds no longer than the alias.
            int seconds = response.Answers.Min(record => record.InitialTimeToLive);
            return new TxtAnswer.Found(texts, TimeSpan.FromSeconds(Math.Max(seconds, 0)));
        }

        // RFC 2308 section 5
        var authority = response.Authorities.OfType<SoaRecord>().FirstOrDefault();
        return new TxtAnswer.NotFound(authority is null
            ? null
            : TimeSpan.FromSeconds(Math.Min((uint)Math.Max(authority.InitialTimeToLive, 0), authority.Minimum)));
    }
}
