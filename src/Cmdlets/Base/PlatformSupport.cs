using System.Runtime.InteropServices;

namespace Sandbox.Cmdlets.Base;

/// <summary>Where the module runs: Linux with glibc, on x64 and arm64.</summary>
public static class PlatformSupport
{
    /// <summary>Why the module can't run on such a platform, with what to do instead; null where it can.</summary>
    /// <param name="isLinux">Whether the kernel is Linux.</param>
    /// <param name="architecture">The architecture of the process, which decides the system call numbers.</param>
    /// <param name="runtimeIdentifier">The .NET runtime's own identifier, such as <c>linux-musl-x64</c>.</param>
    public static string? Refusal(bool isLinux, Architecture architecture, string runtimeIdentifier)
    {
        ArgumentNullException.ThrowIfNull(runtimeIdentifier);
        if (!isLinux)
            return "The Sandbox module needs Linux: namespaces, seccomp, Landlock and cgroups exist only there. " +
                "Use a Linux machine, a virtual machine or WSL 2.";
        if (architecture is not (Architecture.X64 or Architecture.Arm64))
            return $"The Sandbox module supports x64 and arm64; this process is {architecture}. Use a pwsh of one of these architectures.";
        if (runtimeIdentifier.Contains("musl", StringComparison.Ordinal))
            return $"The Sandbox module needs glibc; this .NET runtime is for musl ({runtimeIdentifier}). " +
                "Use a distribution with glibc, such as Debian, Ubuntu or Fedora.";
        return null;
    }
}
