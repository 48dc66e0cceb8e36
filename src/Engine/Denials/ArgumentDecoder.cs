using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>Arguments of system calls in the kernel's names.</summary>
internal static class ArgumentDecoder
{
    /// <summary>Decodes what it knows of a call; bounded in time and size whatever the target holds.</summary>
    public static IReadOnlyList<DecodedArgument> Decode(SeccompArchitecture architecture, SyscallEntry call, IReadOnlyList<ulong> arguments, ITargetView target) => [];
}
