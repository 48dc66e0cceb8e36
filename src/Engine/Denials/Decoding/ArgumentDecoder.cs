using Sandbox.Denials.Decoding;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>
/// Arguments of system calls in the kernel's names. What each call has is in Decoding/CallSignatures.txt; a call without a line there has
/// nothing to show. A target's memory is read once for each thing in it, never more than it can hold, and what can't be read says so.
/// </summary>
internal static class ArgumentDecoder
{
    /// <summary>Decodes what it knows of a call; bounded in time and size whatever the target holds. Thread-safe.</summary>
    public static IReadOnlyList<DecodedArgument> Decode(SeccompArchitecture architecture, SyscallEntry call, IReadOnlyList<ulong> arguments, ITargetView target)
    {
        if (CallSignatures.For(architecture).Find(call.Number) is not { } signature) return [];
        var context = new CallContext(CallAbi.For(architecture), arguments as ulong[] ?? [.. arguments], target);
        return signature.Decode(ref context);
    }
}
