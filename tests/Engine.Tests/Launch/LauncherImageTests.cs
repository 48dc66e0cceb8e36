using System.Diagnostics;
using Sandbox.Launch;
using Tmds.Linux;

namespace Sandbox.Tests.Launch;

public sealed class LauncherImageTests
{
    public static TheoryData<bool> Kinds => [true, false];

    [Theory, MemberData(nameof(Kinds))]
    public void It_runs_and_holds_the_embedded_bytes(bool memfd)
    {
        var image = memfd ? LauncherImage.Instance : LauncherImage.FromFile();
        Assert.Equal(Launchers.Embedded(Launchers.Native), File.ReadAllBytes($"/proc/self/fd/{image.Number}"));
        // Without its two arguments it says so by its exit code.
        using var process = Process.Start($"/proc/{Environment.ProcessId}/fd/{image.Number}");
        Assert.True(process.WaitForExit(10_000));
        Assert.Equal(120, process.ExitCode);
    }

    [Fact]
    public unsafe void Nobody_can_change_it()
    {
        byte text = 0;
        var number = LauncherImage.Instance.Number;
        Assert.Equal(0xf, LibC.fcntl(number, 1034) & 0xf); // F_GET_SEALS
        Assert.Equal(-1, (long)LibC.write(number, &text, 1));
        Assert.Equal(1, LibC.fcntl(number, LibC.F_GETFD));
    }

    [Fact]
    public void The_file_has_no_name() =>
        Assert.EndsWith("(deleted)", new FileInfo($"/proc/self/fd/{LauncherImage.FromFile().Number}").LinkTarget!, StringComparison.Ordinal);
}
