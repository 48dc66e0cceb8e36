using Sandbox.Hardening;
using Sandbox.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>What is wrong is said of the parameter, before anything is made.</summary>
public sealed class NetworkRulesTests
{
    [Theory]
    [InlineData("10.0.0.0/33", "prefix")]
    [InlineData("10.0.0.1/8", "10.0.0.0/8")]
    [InlineData("10.1/16", "CIDR")]
    [InlineData("fd00::1/64", "fd00::/64")]
    [InlineData("::ffff:10.0.0.1", "CIDR")]
    [InlineData("fe80::1%eth0", "CIDR")]
    [InlineData("example.org", "CIDR")]
    [InlineData("10.0.0.0/8; accept", "prefix")]
    [InlineData("", "CIDR")]
    public void A_wrong_range_names_its_parameter(string range, string says)
    {
        foreach (var (name, change) in new[] { ("AllowCidr", new ProfileOverrides { Network = NetworkMode.Nat, AllowCidrs = [range] }), ("DenyCidr", new ProfileOverrides { Network = NetworkMode.Nat, DenyCidrs = [range] }) })
        {
            var error = Assert.Throws<SandboxException>(() => change.Apply(BuiltInProfiles.Strict));
            Assert.Equal($"{name},EINVAL", error.ErrorId);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("80")]
    [InlineData("0:80")]
    [InlineData("80:65536")]
    [InlineData("80:80/sctp")]
    [InlineData("127.0.0.1:80:80")]
    [InlineData("+80:80")]
    public void A_wrong_mapping_names_its_parameter(string mapping) =>
        Assert.Equal("PublishPort,EINVAL", Assert.Throws<SandboxException>(() => new ProfileOverrides { Network = NetworkMode.Nat, PublishPorts = [mapping] }.Apply(BuiltInProfiles.Strict)).ErrorId);

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("db.local 10.0.0.5")]
    [InlineData("10.0.0.5 a\nb")]
    public void A_wrong_line_names_its_parameter(string line) =>
        Assert.Equal("HostEntry,EINVAL", Assert.Throws<SandboxException>(() => new ProfileOverrides { HostEntries = [line] }.Apply(BuiltInProfiles.Strict)).ErrorId);

    [Theory]
    [InlineData("127.0.0.53")]
    [InlineData("::1")]
    [InlineData("dns.example")]
    public void A_wrong_name_server_names_its_parameter(string server) =>
        Assert.Equal("DnsServer,EINVAL", Assert.Throws<SandboxException>(() => new ProfileOverrides { Network = NetworkMode.Nat, DnsServers = [server] }.Apply(BuiltInProfiles.Strict)).ErrorId);

    [Fact]
    public void A_range_that_is_refused_as_a_whole_cannot_be_allowed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var profile = new ProfileOverrides { Network = NetworkMode.Nat, AllowCidrs = ["10.1.0.0/16"], BlockPrivate = true }.Apply(BuiltInProfiles.Strict);
        Assert.Equal("AllowCidr,EINVAL", Preview(profile).ErrorId);
    }

    [Fact]
    public void Rules_need_a_network_that_they_are_for()
    {
        foreach (var profile in new[]
        {
            BuiltInProfiles.Strict with { AllowCidrs = ["10.0.0.0/8"] }, BuiltInProfiles.Strict with { DenyCidrs = ["10.0.0.0/8"] }, BuiltInProfiles.Strict with { BlockPrivate = true },
            BuiltInProfiles.Strict with { BlockMetadata = true }, BuiltInProfiles.Strict with { DefaultNetworkPolicy = NetworkDefault.Deny }, BuiltInProfiles.Strict with { PublishPorts = ["80:80/tcp"] },
            BuiltInProfiles.Strict with { DnsServers = ["192.0.2.1"] }, BuiltInProfiles.Standard with { HostEntries = ["192.0.2.1 a"] },
        })
        {
            Assert.Equal("HardeningProfile,INCONSISTENT", Preview(profile).ErrorId);
        }
    }

    [Fact]
    public void Another_network_leaves_a_profiles_rules_behind()
    {
        var nat = BuiltInProfiles.Strict with { Network = NetworkMode.Nat, AllowCidrs = ["10.0.0.0/8"], DefaultNetworkPolicy = NetworkDefault.Deny, PublishPorts = ["80:80/tcp"], DnsServers = ["192.0.2.1"], BlockPrivate = true };
        var none = new ProfileOverrides { Network = NetworkMode.None }.Apply(nat);
        Assert.Equal((0, NetworkDefault.Allow, 0, 0, false), (none.AllowCidrs.Count, none.DefaultNetworkPolicy, none.PublishPorts.Count, none.DnsServers.Count, none.BlockPrivate));
    }

    [Fact]
    public void Only_less_reach_is_no_loosening()
    {
        var nat = BuiltInProfiles.Strict with { Network = NetworkMode.Nat, DenyCidrs = ["10.0.0.0/8"], DefaultNetworkPolicy = NetworkDefault.Deny, BlockPrivate = true };
        Assert.Empty(ProfileComposer.Loosenings(nat, nat with { Network = NetworkMode.None, BlockPrivate = false, DenyCidrs = [], DefaultNetworkPolicy = NetworkDefault.Allow }));
        Assert.Empty(ProfileComposer.Loosenings(nat with { Network = NetworkMode.Host }, nat));
        Assert.Equal(
            ["network: Nat becomes Host"],
            ProfileComposer.Loosenings(BuiltInProfiles.Strict with { Network = NetworkMode.Nat }, BuiltInProfiles.Strict with { Network = NetworkMode.Host }));
        Assert.Equal(
            ["allowCidrs: adds 192.0.2.0/24", "denyCidrs: removes 10.0.0.0/8", "defaultNetworkPolicy: Deny becomes Allow", "blockPrivate: is switched off", "publishPorts: adds 80:80/tcp"],
            ProfileComposer.Loosenings(nat, nat with { AllowCidrs = ["192.0.2.0/24"], DenyCidrs = [], DefaultNetworkPolicy = NetworkDefault.Allow, BlockPrivate = false, PublishPorts = ["80:80/tcp"] }));
    }

    private static SandboxException Preview(HardeningProfile profile) =>
        Assert.ThrowsAny<SandboxException>(() => HardenedLauncher.Preview(new LaunchRequest { FilePath = "/bin/true", CurrentDirectory = "/", Profile = profile }));
}
