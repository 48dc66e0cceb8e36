using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>Sessions, keyrings, capabilities, securebits, no_new_privs: what the target gives up, in the order that the kernel allows.</summary>
internal static class PrivilegeSteps
{
    private const int SetSecureBits = 28, GetSecureBits = 27, BoundingDrop = 24, Ambient = 47, SetNoNewPrivileges = 38, SetMdwe = 65, GetMdwe = 66;

    // SECBIT_NOROOT, NO_SETUID_FIXUP, KEEP_CAPS off, each locked; with NO_CAP_AMBIENT_RAISE and its lock at the end (capabilities(7)).
    private const int LockedBits = 0x01 | 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80;

    public static void AddSession(PlanContext c)
    {
        if (c.Profile.NewSession)
        {
            c.Begin("new_session", e => e.OwnSession());
            c.Writer.Call(Syscall.SetSession);
        }
        else
        {
            c.NotRequested("new_session", "the caller's session: its terminal is reachable");
        }

        if (c.Profile.NewKeyring)
        {
            c.Begin("session_keyring", e => e.StepResults("session_keyring", "keyctl gave a new session keyring"));
            c.Writer.Call(Syscall.KeyControl, PlanArgument.Value(1, "KEYCTL_JOIN_SESSION_KEYRING"), 0);
        }
        else
        {
            c.NotRequested("session_keyring", "the caller's keyring");
        }
    }

    // Where the caller has no capability and can get none, there is nothing to drop, and what dropping takes would be refused.
    private static readonly Lazy<bool> HasNone = new(() => ProcessStatus.Of(Environment.ProcessId) is { CapPrm: 0, CapInh: 0, CapAmb: 0, CapBnd: 0 });

    public static void AddCapabilities(PlanContext c, IReadOnlyList<int> keep, int lastCapability)
    {
        if (!c.Profile.DropCapabilities)
        {
            c.NotRequested("capabilities", "the caller's capabilities");
            return;
        }

        var mask = keep.Aggregate(0UL, (m, n) => m | (1UL << n));
        var held = c.OwnUser || !HasNone.Value;
        c.Begin("capability_bounding_set", e => e.CapabilitySet("CapBnd", mask));
        for (var number = 0; held && number <= lastCapability; number++)
        {
            if (!keep.Contains(number)) c.Writer.Call(Syscall.Prctl, PlanArgument.Value(BoundingDrop, "PR_CAPBSET_DROP"), number, 0, 0, 0);
        }

        // SETPCAP is needed up to the last securebits call, so the sets are emptied in two goes.
        c.Begin("capabilities", e => e.Capabilities(mask), afterExec: true);
        SetCapabilities(c, held ? mask | (1UL << 8) : mask, mask);
        c.Begin("ambient_capabilities", e => e.CapabilitySet("CapAmb", mask));
        c.Writer.Call(Syscall.Prctl, PlanArgument.Value(Ambient, "PR_CAP_AMBIENT"), PlanArgument.Value(4, "PR_CAP_AMBIENT_CLEAR_ALL"), 0, 0, 0);
        foreach (var number in keep) c.Writer.Call(Syscall.Prctl, PlanArgument.Value(Ambient, "PR_CAP_AMBIENT"), PlanArgument.Value(2, "PR_CAP_AMBIENT_RAISE"), number, 0, 0);
        c.Begin("securebits", e => e.StepResults("securebits", "NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE, all locked"));
        c.Writer.Call(Syscall.Prctl, PlanArgument.Value(SetSecureBits, "PR_SET_SECUREBITS"), PlanArgument.Value(LockedBits, "0xef"), 0, 0, 0);
        c.Writer.CallReturning(LockedBits, Syscall.Prctl, PlanArgument.Value(GetSecureBits, "PR_GET_SECUREBITS"), 0, 0, 0, 0);
        c.Begin("capabilities", e => e.Capabilities(mask), afterExec: true);
        SetCapabilities(c, mask, mask);
    }

    public static void AddNoNewPrivileges(PlanContext c)
    {
        if (c.Profile.MemoryDenyWriteExecute)
        {
            c.Begin("memory_deny_write_execute", e => e.StepResults("memory_deny_write_execute", "PR_GET_MDWE confirms PR_MDWE_REFUSE_EXEC_GAIN"));
            c.Writer.Call(Syscall.Prctl, PlanArgument.Value(SetMdwe, "PR_SET_MDWE"), PlanArgument.Value(1, "PR_MDWE_REFUSE_EXEC_GAIN"), 0, 0, 0);
            c.Writer.CallReturning(1, Syscall.Prctl, PlanArgument.Value(GetMdwe, "PR_GET_MDWE"), 0, 0, 0, 0);
        }
        else
        {
            c.NotRequested("memory_deny_write_execute", "would break programs that compile at run time");
        }

        if (c.Profile.NoNewPrivileges)
        {
            c.Begin("no_new_privs", e => e.NoNewPrivileges());
            c.Writer.Call(Syscall.Prctl, PlanArgument.Value(SetNoNewPrivileges, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0);
        }
        else
        {
            c.NotRequested("no_new_privs", "set-user-ID programs keep their effect");
        }
    }

    private static void SetCapabilities(PlanContext c, ulong permitted, ulong inheritable)
    {
        var header = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(header, 0x20080522); // _LINUX_CAPABILITY_VERSION_3
        var data = new byte[24]; // two of {effective, permitted, inheritable}
        for (var half = 0; half < 2; half++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(12 * half), (uint)(permitted >> (32 * half)));
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan((12 * half) + 4), (uint)(permitted >> (32 * half)));
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan((12 * half) + 8), (uint)(inheritable >> (32 * half)));
        }

        c.Writer.Call(Syscall.CapSet, c.Writer.Bytes(header, "{v3, 0}"), c.Writer.Bytes(data, $"{{permitted 0x{permitted:x}, inheritable 0x{inheritable:x}}}"));
    }
}
