using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sandbox.Native;
using Sandbox.Seccomp;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>
/// Answers the refused calls of one target as its policy says, and counts them (seccomp_unotify(2)). What is refused never depends on
/// reading the target's memory, so there is no race to lose. When this process ends, the kernel answers ENOSYS.
/// </summary>
internal sealed class SeccompSupervisor(FileDescriptor listener, SeccompPolicy policy)
{
    private const int MostKinds = 1024;
    private const uint Receive = 0xc0502100, Send = 0xc0182101; // SECCOMP_IOCTL_NOTIF_RECV, _SEND
    private readonly Lock _lock = new();
    private long _others;
    private readonly Dictionary<(uint Architecture, int Number), (SeccompDecision Decision, long Count, ulong[] Arguments)> _denials = [];

    public FileDescriptor Listener => listener;

    /// <summary>The kinds of denial so far, the most frequent first; a kind beyond the bound is counted in a last row for all of them.</summary>
    public SeccompDenialCount[] Denials
    {
        get
        {
            lock (_lock)
            {
                var kinds = _denials.OrderByDescending(d => d.Value.Count).Select(d => new SeccompDenialCount
                {
                    Syscall = NameOf(d.Key.Architecture, d.Key.Number),
                    Number = d.Key.Number,
                    Architecture = ArchitectureOf(d.Key.Architecture, d.Key.Number),
                    Action = d.Value.Decision.ToString(),
                    Count = d.Value.Count,
                    Arguments = d.Value.Arguments,
                });
                return _others == 0 ? [.. kinds] : [.. kinds, new() { Syscall = "(others)", Number = -1, Architecture = "", Action = "", Count = _others, Arguments = [] }];
            }
        }
    }

    /// <summary>Takes one notification and answers it; false where there was none.</summary>
    public unsafe bool AnswerOne()
    {
        var notification = stackalloc byte[80]; // struct seccomp_notif: id, pid, flags, seccomp_data
        new Span<byte>(notification, 80).Clear();
        if (LibC.ioctl(listener.Number, unchecked((int)Receive), notification) < 0) return false; // ENOENT: the caller was killed meanwhile
        var bytes = new ReadOnlySpan<byte>(notification, 80);
        var number = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        var architecture = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        var arguments = new ulong[6];
        for (var i = 0; i < 6; i++) arguments[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(32 + (8 * i))..]);
        var decision = policy.Decide(architecture, (uint)number, arguments);
        Record(architecture, number, decision, arguments);
        if (decision.Action is SeccompAction.KillProcess or SeccompAction.KillThread or SeccompAction.Trap) Kill(BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]));
        var response = stackalloc byte[24]; // struct seccomp_notif_resp: id, val, error, flags
        var answer = new Span<byte>(response, 24);
        answer.Clear();
        bytes[..8].CopyTo(answer);
        BinaryPrimitives.WriteInt32LittleEndian(answer[16..], -(decision.Action == SeccompAction.Errno ? decision.Errno : Errno.EPERM));
        _ = LibC.ioctl(listener.Number, unchecked((int)Send), response);
        return true;
    }

    // The kernel would send SIGSYS, which a program could catch after a trap; who is killed by policy ends for sure.
    private static void Kill(int thread)
    {
        try
        {
            var status = File.ReadLines($"/proc/{thread}/status").First(l => l.StartsWith("Tgid:", StringComparison.Ordinal));
            using var pidfd = PidFd.TryOpen(int.Parse(status[5..].Trim(), System.Globalization.CultureInfo.InvariantCulture));
            if (pidfd is not null) PidFd.Signal(pidfd, 9);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ErrnoException)
        {
            // It has ended; the answer below goes nowhere.
        }
    }

    private void Record(uint architecture, int number, SeccompDecision decision, ulong[] arguments)
    {
        lock (_lock)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_denials, (architecture, number));
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known)) known.Count++;
            else if (_denials.Count < MostKinds) _denials.Add((architecture, number), (decision, 1, arguments));
            else _others++;
        }
    }

    private static string NameOf(uint architecture, int number) =>
        SeccompArchitectures.FromAudit(architecture, (uint)number) is { } known && SyscallTable.For(known).Find((uint)number) is { } entry ? entry.Name : $"#{number}";

    private static string ArchitectureOf(uint architecture, int number) =>
        SeccompArchitectures.FromAudit(architecture, (uint)number) is { } known ? SeccompArchitectures.Name(known) : $"0x{architecture:x8}";
}
