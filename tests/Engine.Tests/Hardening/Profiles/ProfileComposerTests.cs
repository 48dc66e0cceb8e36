using Sandbox.Hardening;

namespace Sandbox.Tests.Hardening.Profiles;

public sealed class ProfileComposerTests
{
    [Theory]
    [InlineData("tier", "\"Standard\"")]
    [InlineData("failClosed", "false")]
    [InlineData("namespaces", "[\"Pid\"]")]
    [InlineData("identity", "\"Caller\"")]
    [InlineData("network", "\"Host\"")]
    [InlineData("root", "\"Host\"")]
    [InlineData("readOnlyPaths", "[\"/etc\"]")]
    [InlineData("writablePaths", "[\"/home\"]")]
    [InlineData("tmpfsSize", "\"1GB\"")]
    [InlineData("landlock", "false")]
    [InlineData("noNewPrivileges", "false")]
    [InlineData("dropCapabilities", "false")]
    [InlineData("keepCapabilities", "[\"CAP_KILL\"]")]
    [InlineData("newKeyring", "false")]
    [InlineData("newSession", "false")]
    [InlineData("cleanEnvironment", "false")]
    [InlineData("keepEnvironment", "[\"HOME\"]")]
    [InlineData("seccompPolicy", "null")]
    [InlineData("seccompPolicy", "\"standard\"")]
    [InlineData("allowSyscalls", "[\"mount\"]")]
    [InlineData("resourceLimits", "{\"nofile\":2048}")]
    [InlineData("resourceLimits", "{\"nofile\":null}")]
    [InlineData("outputLimit", "\"1GB\"")]
    public void EachLooseningIsNamedAndCanBeAllowed(string property, string value)
    {
        string json = $$"""{ "extends": "Strict", "name": "d", "{{property}}": {{value}} }""";
        var e = Assert.Throws<SandboxException>(() => ProfileReader.FromJson(json));
        Assert.Equal("HardeningProfile,LOOSENS_BASE", e.ErrorId);
        Assert.Contains(property + ": ", e.Message);
        Assert.DoesNotContain("|", e.Message);
        Assert.Equal("d", ProfileReader.FromJson(json.Replace("\"name\"", "\"allowLoosening\": true, \"name\"")).Name);
    }

    [Fact]
    public void TighteningPasses()
    {
        HardeningProfile p = ProfileReader.FromJson("""
            { "extends": "Strict", "name": "d", "hiddenPaths": ["/usr/share"], "denySyscalls": ["ptrace"], "keepEnvironment": [], "memoryLimit": "1GB",
              "memoryDenyWriteExecute": true, "writableWorkingDirectory": false, "tcpBindPorts": [], "resourceLimits": { "nofile": 64, "fsize": "1MB" } }
            """);
        Assert.Empty(ProfileComposer.Loosenings(BuiltInProfiles.Strict, p));
        Assert.Equal(8, ProfileComposer.Loosenings(p, BuiltInProfiles.Strict).Count);
    }

    [Fact]
    public void APathBelowAVisibleOneIsNoLoosening()
    {
        HardeningProfile b = BuiltInProfiles.Strict with { WritablePaths = ["/srv/a"] };
        Assert.Empty(ProfileComposer.Loosenings(b, b with { WritablePaths = ["/srv/a/b"], ReadOnlyPaths = ["/srv/a"] }));
        Assert.Single(ProfileComposer.Loosenings(b, b with { WritablePaths = ["/srv/a/../x"] }));
        Assert.Single(ProfileComposer.Loosenings(b, b with { WritablePaths = ["/srv/ab"] }));
    }
}
