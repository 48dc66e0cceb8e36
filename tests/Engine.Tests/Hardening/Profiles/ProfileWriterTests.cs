using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Profiles;

public sealed class ProfileWriterTests
{
    private static readonly HardeningProfile Unusual = new()
    {
        Name = "it's \u2019odd\u2019", Description = "a \"b\"\n", Tier = HardeningTier.Standard, FailClosed = false,
        Namespaces = NamespaceKinds.Pid | NamespaceKinds.Time, Identity = IdentityMode.Subordinate, Network = NetworkMode.None,
        Root = RootMode.Directory, RootDirectory = "/r", WritableWorkingDirectory = false, ReadOnlyPaths = ["/a", "/b"], WritablePaths = ["/c"],
        HiddenPaths = ["/d"], TmpfsSize = 12345, Landlock = true, TcpConnectPorts = [], TcpBindPorts = [1, 65535], NoNewPrivileges = false,
        DropCapabilities = true, KeepCapabilities = ["CAP_KILL"], NewKeyring = true, MemoryDenyWriteExecute = true, NewSession = true,
        CleanEnvironment = true, KeepEnvironment = ["A"], SeccompPolicy = "standard", AllowSyscalls = ["@io"], DenySyscalls = ["ptrace"],
        ResourceLimits = new SortedDictionary<string, string> { ["as"] = "2 * memory", ["cpu"] = "unlimited" },
        MemoryLimit = 5000, ProcessLimit = 7, CpuShare = 0.25, Timeout = 1.5, OutputLimit = 0,
    };

    public static TheoryData<string> Names => [.. BuiltInProfiles.Names, "Unusual"];

    [Theory]
    [MemberData(nameof(Names))]
    public void JsonRoundTrips(string name)
    {
        HardeningProfile profile = BuiltInProfiles.TryGet(name, out HardeningProfile? p) ? p : Unusual;
        Assert.Equivalent(profile, ProfileReader.FromJson(ProfileWriter.ToJson(profile)), strict: true);
    }

    // A property that the table lacks would be lost without a word.
    [Fact]
    public void EveryPropertyOfTheModelIsWritten()
    {
        var document = Newtonsoft.Json.Linq.JObject.Parse(ProfileWriter.ToJson(Unusual));
        Assert.Equal(typeof(HardeningProfile).GetProperties().Where(p => p.SetMethod?.IsPublic == true).Select(p => p.Name).Order(),
            document.Properties().Select(p => char.ToUpperInvariant(p.Name[0]) + p.Name[1..]).Order());
    }

    [Fact]
    public void Psd1IsQuotedForPowerShell()
    {
        string text = ProfileWriter.ToPsd1(Unusual);
        Assert.StartsWith("@{\n    Name = 'it''s \u2019\u2019odd\u2019\u2019'\n", text);
        Assert.Contains("\n    FailClosed = $false\n", text);
        Assert.Contains("\n    Namespaces = @('Pid', 'Time')\n", text);
        Assert.Contains("\n    TcpConnectPorts = @()\n", text);
        Assert.Contains("\n    ResourceLimits = @{ 'as' = '2 * memory'; 'cpu' = 'unlimited' }\n", text);
        Assert.Contains("\n    CpuShare = 0.25\n", text);
        Assert.EndsWith("\n}\n", text);
    }
}
