using Sandbox.Denials;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>A call, decoded.</summary>
internal static class Decoded
{
    public static IReadOnlyList<DecodedArgument> Call(SeccompArchitecture architecture, string name, ITargetView target, params ulong[] arguments) =>
        ArgumentDecoder.Decode(architecture, SyscallTable.For(architecture).Find(name)!, arguments, target);

    public static IReadOnlyList<DecodedArgument> Call(string name, ITargetView target, params ulong[] arguments) =>
        Call(SeccompArchitecture.X86_64, name, target, arguments);

    /// <summary>All of it as one text: <c>dirfd=AT_FDCWD, pathname=/etc/shadow, flags=O_RDONLY</c>.</summary>
    public static string Text(string name, ITargetView target, params ulong[] arguments) => string.Join(", ", Call(name, target, arguments));

    public static string Text(SeccompArchitecture architecture, string name, ITargetView target, params ulong[] arguments) =>
        string.Join(", ", Call(architecture, name, target, arguments));
}
