using Sigsum.Client;
using Sigsum.Log.Hosting;
using Sigsum.Log.Storage;
using Sigsum.Testing;

namespace Sigsum.Log.Tests.Hosting;

/// <summary>A log whose nodes authenticate each other: the same log, and closed to everybody else.</summary>
public sealed class MutualTlsLogTests : IDisposable
{
    private readonly TestCertificate _authority = TestCertificate.Authority();
    private readonly TestCertificate _stranger = TestCertificate.Authority("CN=stranger");
    private readonly TempDirectory _folder = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Leaves_are_committed_replicated_and_cosigned()
    {
        await using var log = new TestLog { Tls = name => Issue(name) };
        await log.StartWitnessAsync();
        await log.StartSecondaryAsync();
        await log.StartOtherSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { Secondaries = [o.Secondaries[0], log.OtherPeer] });
        Assert.Equal("https", log.Primary!.InternalUrl.Scheme);
        Assert.Equal("https", log.Secondary!.InternalUrl.Scheme);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(log.CommitAsync));

        // Clients and witnesses are reached as ever.
        Assert.Equal("http", log.Primary.ExternalUrl.Scheme);
        var head = await log.PublishedAsync(50);
        Assert.Single(head.Cosignatures);
        Assert.Equal(head.SignedTreeHead.TreeHead, log.Secondary.LocalTree);
        Assert.Equal(head.SignedTreeHead.TreeHead, log.OtherSecondary!.LocalTree);
    }

    [Fact]
    public async Task Certificates_are_renewed_while_the_log_grows()
    {
        await using var log = new TestLog { Tls = name => Issue(name) };
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync();
        await log.CommitAsync(1);

        // From one CA to another: first both are trusted everywhere, then each node shows the new certificate.
        using var next = TestCertificate.Authority("CN=next CA");
        foreach (var (issuer, trusted) in ((TestCertificate, string)[])
                 [(_authority, _authority.Pem + next.Pem), (next, _authority.Pem + next.Pem), (next, next.Pem)])
        {
            Issue("primary", issuer, trusted);
            Issue("secondary", issuer, trusted);
            log.Secondary!.Reload();
            await log.CommitAsync((int)log.Primary!.LocalTree.Size + 1);
            log.Primary.Reload();
            await log.CommitAsync((int)log.Primary.LocalTree.Size + 1);
        }

        Assert.Equal(7ul, (await log.PublishedAsync(7)).SignedTreeHead.TreeHead.Size);
        Assert.Equal(7ul, log.Secondary!.LocalTree.Size);
    }

    [Fact]
    public async Task A_secondary_of_strangers_learns_nothing_and_counts_for_nothing()
    {
        await using var log = new TestLog();
        log.Tls = name => name == "secondary" ? Issue(name, _stranger, _authority.Pem + _stranger.Pem) : Issue(name);
        await log.StartSecondaryAsync();
        await log.StartPrimaryAsync(o => o with { CommitWait = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(AddLeafStatus.Accepted, await log.AddAsync(1));
        await TestLog.NotReadyAsync(log.PrimaryServices, "cannot be asked for its tree head");
        await TestLog.NotReadyAsync(log.PrimaryServices, "PartialChain");
        await TestLog.NotReadyAsync(log.SecondaryServices, "primary: cannot be followed");
        Assert.Equal(0ul, log.Secondary!.LocalTree.Size);
        Assert.Equal(0ul, (await log.Client.GetTreeHeadAsync(TestLog.Cancel)).SignedTreeHead.TreeHead.Size);

        // With certificates of the right CA it is a secondary like any other, without a restart.
        Issue("secondary");
        log.Secondary.Reload();
        await log.CommitAsync(1);
        Assert.Equal(1ul, log.Secondary.LocalTree.Size);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_end_the_start_and_let_go_of_the_data()
    {
        await using var log = new TestLog();
        await log.StartSecondaryAsync();
        await log.StopSecondaryAsync();
        log.Tls = name => Issue(name) with { CaFile = _folder.PathOf("missing") };
        foreach (var start in (Func<Task>[])[log.StartSecondaryAsync, () => log.StartPrimaryAsync()])
        {
            var refusal = await Assert.ThrowsAsync<StartupException>(start);
            Assert.Contains("--internal-tls-ca-file: ", refusal.Message, StringComparison.Ordinal);
        }

        RocksDbLogStore.Open(log.PathOf("secondary")).Dispose();
        RocksDbLogStore.Open(log.PathOf("primary")).Dispose();
    }

    private InternalTlsFiles Issue(string name, TestCertificate? issuer = null, string? trusted = null)
    {
        using var certificate = (issuer ?? _authority).Issue(new() { Subject = $"CN={name}" });
        return new(
            _folder.Write(name + ".pem", certificate.Pem), _folder.Write(name + ".key", certificate.KeyPem),
            _folder.Write(name + ".ca", trusted ?? _authority.Pem));
    }
}
