using System.Runtime.InteropServices;
using Sandbox.Cmdlets.Base;

namespace Sandbox.Cmdlets.Tests.Base;

public sealed class PlatformSupportTests
{
    [Theory]
    [InlineData(true, Architecture.X64, "linux-x64")]
    [InlineData(true, Architecture.X64, "debian.12-x64")]
    [InlineData(true, Architecture.Arm64, "linux-arm64")]
    public void Linux_with_glibc_on_x64_and_arm64_is_supported(bool linux, Architecture architecture, string runtime) =>
        Assert.Null(PlatformSupport.Refusal(linux, architecture, runtime));

    [Theory]
    [InlineData(false, Architecture.X64, "win-x64", "needs Linux")]
    [InlineData(false, Architecture.Arm64, "osx-arm64", "needs Linux")]
    [InlineData(true, Architecture.X64, "linux-musl-x64", "glibc")]
    [InlineData(true, Architecture.Arm, "linux-arm", "x64 and arm64")]
    [InlineData(true, Architecture.X86, "linux-x86", "x64 and arm64")]
    public void Anything_else_is_refused_by_name(bool linux, Architecture architecture, string runtime, string reason) =>
        Assert.Contains(reason, PlatformSupport.Refusal(linux, architecture, runtime), StringComparison.Ordinal);
}
