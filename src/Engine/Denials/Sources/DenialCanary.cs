using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sandbox.Host;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// A harmless denial of our own: a child with a name that nobody can guess makes one logged call of getppid(2). Its record proves that
/// a source receives, and that everything which happened before has been received. A child, since a filter stays with whichever thread
/// has it and with all that the runtime starts from there.
/// </summary>
internal sealed class DenialCanary
{
    private const int NameLength = 15, MostKept = 4096; // TASK_COMM_LEN without its zero
    private static readonly ConcurrentDictionary<ulong, byte> Known = new();
    private static readonly ConcurrentQueue<ulong> Order = new();
    private static readonly byte[] Prefix = "sbx-"u8.ToArray();

    public DenialCanary()
    {
        Id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) >> 20;
        Known[Id] = 0;
        Order.Enqueue(Id);
        if (Order.Count > MostKept && Order.TryDequeue(out var oldest)) Known.TryRemove(oldest, out _);
    }

    /// <summary>44 random bits: 11 hexadecimal digits of the name.</summary>
    public ulong Id { get; }

    /// <summary>The child's pid as this process sees it; 0 where it wasn't started.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Whether a name is one of this process's canaries, and which.</summary>
    public static bool IsOne(ReadOnlySpan<byte> comm, out ulong id)
    {
        id = 0;
        return comm.Length == NameLength && comm.StartsWith(Prefix)
            && ulong.TryParse(comm[Prefix.Length..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id) && Known.ContainsKey(id);
    }

    /// <summary>Makes the denial. An action that the kernel is told not to log is an error with its remedy.</summary>
    public ProbeFailure? Run()
    {
        var plan = new ProbePlan();
        var writer = plan.Writer;
        var name = Encoding.ASCII.GetString(Prefix) + Id.ToString("x11", CultureInfo.InvariantCulture);
        writer.Call(Syscall.Prctl, PlanArgument.Value(15, "PR_SET_NAME"), writer.Text(name), 0, 0, 0);
        var flags = PlanArgument.Value(2, "SECCOMP_FILTER_FLAG_LOG");
        switch (LoggedActions.ForCanary())
        {
            case LoggedActions.Log:
                SeccompProbes.Install(plan, LoggedActions.Log);
                plan.AwaitLook();
                writer.Call(Syscall.GetParentPid);
                break;
            case LoggedActions.Errno:
                SeccompProbes.Install(plan, LoggedActions.Errno | SeccompProbes.Mark, flags);
                plan.AwaitLook();
                writer.CallRefused(SeccompProbes.Mark, Syscall.GetParentPid);
                break;
            default:
                SeccompProbes.Install(plan, LoggedActions.Trace, flags);
                plan.AwaitLook();
                writer.CallRefused(Errno.ENOSYS, Syscall.GetParentPid);
                break;
        }

        plan.Look = (child, _) =>
        {
            ProcessId = child;
            return null;
        };
        return plan.Run();
    }
}
