namespace Sandbox.Cmdlets.Tests.Processes;

/// <summary>The parameters of a sandbox's network: what they refuse, and what becomes of them in a profile.</summary>
public sealed class NetworkParameterTests : IDisposable
{
    private readonly ModuleRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("-Network Nat -AllowCidr 10.0.0.1/8", "AllowCidr,EINVAL")]
    [InlineData("-Network Nat -DenyCidr nowhere", "DenyCidr,EINVAL")]
    [InlineData("-Network Nat -PublishPort 80", "PublishPort,EINVAL")]
    [InlineData("-Network Nat -DnsServer 127.0.0.1", "DnsServer,EINVAL")]
    [InlineData("-HostEntry 'a b'", "HostEntry,EINVAL")]
    [InlineData("-HostsFile /nowhere", "HostsFile,ENOENT")]
    [InlineData("-BlockPrivate", "HardeningProfile,INCONSISTENT")]
    [InlineData("-DefaultNetworkPolicy Deny", "HardeningProfile,INCONSISTENT")]
    [InlineData("-Network None -PublishPort 8080:80", "HardeningProfile,INCONSISTENT")]
    public void A_wrong_one_is_named(string parameters, string id)
    {
        var result = _session.Invoke($"try {{ Start-HardenedProcess true {parameters} }} catch {{ $_.FullyQualifiedErrorId }}");
        Assert.StartsWith(id + ",", result.Single<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_has_names_of_its_own()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# a comment\n10.0.0.6   other.local other # another\n\n");
            var result = _session.Invoke("param($f) Invoke-HardenedProcess cat -ArgumentList /etc/hosts -HostEntry '10.0.0.5 db.local' -HostsFile $f", file).Succeeded();
            Assert.Equal(["127.0.0.1 localhost sandbox", "::1 localhost", "10.0.0.5 db.local", "10.0.0.6 other.local other"], result.Objects.Select(o => o.ToString()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_profile_keeps_them_through_its_file()
    {
        string file = Path.Combine(Path.GetTempPath(), $"sandbox-test-{Environment.ProcessId}.json");
        try
        {
            var profile = _session.Invoke(
                """
                param($f)
                New-HardeningProfile Web -Network Nat -AllowCidr 10.1.0.0/16, fd00::/8 -DenyCidr 192.0.2.1 -DefaultNetworkPolicy Deny -BlockMetadata -DnsServer 9.9.9.9 -HostEntry '10.0.0.5  db' -PublishPort 8080:80, 53:53/UDP -AllowLoosening |
                    Export-HardeningProfile -Path $f
                Import-HardeningProfile $f
                """, file).Single<HardeningProfile>();
            Assert.Equal(["10.1.0.0/16", "fd00::/8"], profile.AllowCidrs);
            Assert.Equal(["192.0.2.1/32"], profile.DenyCidrs);
            Assert.Equal((NetworkMode.Nat, NetworkDefault.Deny, false, true), (profile.Network, profile.DefaultNetworkPolicy, profile.BlockPrivate, profile.BlockMetadata));
            Assert.Equal(["9.9.9.9"], profile.DnsServers);
            Assert.Equal(["10.0.0.5 db"], profile.HostEntries);
            Assert.Equal(["8080:80/tcp", "53:53/udp"], profile.PublishPorts);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void An_ordinary_user_is_told_that_it_needs_root()
    {
        using var user = new OrdinaryUser();
        var (_, output, error) = user.Shell("try { Invoke-HardenedProcess true -Network Nat } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }");
        Assert.Contains("Network,EPERM", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_completed()
    {
        Assert.Contains(_session.Complete("Start-HardenedProcess true -DenyCidr 10"), c => c.CompletionText == "'10.0.0.0/8'");
        Assert.Contains(_session.Complete("Start-HardenedProcess true -Network N"), c => c.CompletionText == "Nat");
    }
}
