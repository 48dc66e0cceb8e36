using Sandbox.Hardening;
using Sandbox.Runtime;

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
    [InlineData("-Network User -AllowCidr 10.0.0.1/8", "AllowCidr,EINVAL")]
    [InlineData("-Network User -KeepCapability CAP_NET_RAW", "HardeningProfile,INCONSISTENT")]
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

    // The device is open to nobody here, or to all: what is wanted is the reason, or the network.
    [Fact]
    public void An_ordinary_user_has_a_network_or_the_reason_why_not()
    {
        using var user = new OrdinaryUser();
        Assert.SkipUnless(File.Exists("/usr/bin/pasta"), "needs pasta");
        Assert.SkipUnless(File.Exists("/dev/net/tun") && user.HasUserNamespaces, "needs /dev/net/tun and user namespaces for ordinary users");
        bool open = (File.GetUnixFileMode("/dev/net/tun") & UnixFileMode.OtherWrite) != 0;
        var (_, output, error) = user.Shell("try { $null = Start-HardenedProcess true -Network User -WhatIf *>&1; 'planned' } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }");
        Assert.Contains(open ? "planned" : "tun,EACCES", output + error, StringComparison.Ordinal);
        if (!open) Assert.Contains("its mode is", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_plan_is_shown()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/pasta") && File.Exists("/dev/net/tun"), "needs root, pasta and /dev/net/tun");
        var lines = string.Join('\n', HardenedLauncher.Preview(new() { FilePath = "/bin/true", CurrentDirectory = "/", Profile = new ProfileOverrides { Network = NetworkMode.User, BlockPrivate = true }.Apply(BuiltInProfiles.Standard) }));
        Assert.Contains("network_policy: a table of nft in the target's namespace, default Allow", lines, StringComparison.Ordinal);
        Assert.Contains("network_link: an interface in the target's namespace, pasta at its other end", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("network_forwarding", lines, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_completed()
    {
        Assert.Contains(_session.Complete("Start-HardenedProcess true -DenyCidr 10"), c => c.CompletionText == "'10.0.0.0/8'");
        Assert.Contains(_session.Complete("Start-HardenedProcess true -Network N"), c => c.CompletionText == "Nat");
        Assert.Contains(_session.Complete("Start-HardenedProcess true -Network U"), c => c.CompletionText == "User");
    }
}
