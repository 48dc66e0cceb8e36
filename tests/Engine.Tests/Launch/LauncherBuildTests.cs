using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Launch;

public sealed class LauncherBuildTests
{
    [Fact]
    public void Built_again_elsewhere_it_is_the_same_byte_for_byte()
    {
        Assert.SkipWhen(Launchers.Repository is null, "needs the repository that the tests were built in");
        Assert.SkipUnless(Sandboxed.IsRoot && Launchers.Native == "x64", "the compiler package is x64, and its cache the builder's");
        using var scratch = new ScratchDirectory();
        var (code, _, error) = CProgram.Run("/bin/sh", ["-c", $"cd '{Launchers.Repository}' && mkdir -p '{scratch.Path}/src' && cp -r src/Launcher '{scratch.Path}/src/' && cp Directory.* global.json '{scratch.Path}/' && rm -rf '{scratch.Path}/src/Launcher/bin' '{scratch.Path}/src/Launcher/obj'"]);
        Assert.True(code == 0, error);
        Environment.SetEnvironmentVariable("MSBUILDDISABLENODEREUSE", "1");
        var (built, output, _) = CProgram.Run("dotnet", ["build", scratch.At("src/Launcher"), "-v", "q", "-nologo"]);
        Assert.True(built == 0, output);
        foreach (var architecture in new[] { "x64", "arm64" })
        {
            Assert.Equal(Launchers.Embedded(architecture), File.ReadAllBytes(scratch.At($"src/Launcher/bin/sandbox-launcher-{architecture}")));
        }
    }
}
