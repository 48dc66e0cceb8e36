using Sandbox.Native;

namespace Sandbox.Seccomp;

/// <summary>What happens to a call: the action, and the errno of Errno or the message of Trace (else 0).</summary>
public readonly record struct SeccompDecision(SeccompAction Action, int Errno = 0)
{
    // linux/seccomp.h: SECCOMP_RET_*, in the order of SeccompAction.
    private static readonly uint[] Values =
        [0x7fff_0000, 0x7ffc_0000, 0x7ff0_0000, 0x7fc0_0000, 0x0005_0000, 0x0003_0000, 0x0000_0000, 0x8000_0000];

    /// <summary>The value that a filter returns for it.</summary>
    public uint ReturnValue => Values[(int)Action] | (uint)Errno;

    /// <summary>True for the actions after which the call doesn't happen.</summary>
    public bool Refuses => Action is SeccompAction.Errno or SeccompAction.Trap or SeccompAction.KillThread or SeccompAction.KillProcess;

    /// <summary>True for the actions after which the call happens whoever watches: Allow and Log.</summary>
    public bool Passes => Action is SeccompAction.Allow or SeccompAction.Log;

    /// <summary>What a filter's return value means. The kernel takes a value that it doesn't know as KILL_PROCESS.</summary>
    public static SeccompDecision FromReturnValue(uint value)
    {
        int action = Array.IndexOf(Values, value & 0xffff_0000);
        int data = (int)(value & 0xffff);
        return action switch
        {
            (int)SeccompAction.Errno => new(SeccompAction.Errno, Math.Min(data, SeccompRule.MaximumErrno)),
            (int)SeccompAction.Trace => new(SeccompAction.Trace, data),
            < 0 => new(SeccompAction.KillProcess),
            _ => new((SeccompAction)action),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        SeccompAction.Errno => $"Errno({(Errno == 0 ? "0" : Native.Errno.Name(Errno))})",
        SeccompAction.Trace => $"Trace({Errno})",
        _ => Action.ToString(),
    };
}
