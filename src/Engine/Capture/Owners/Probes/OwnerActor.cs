using System.Runtime.InteropServices;
using System.Text;

namespace Sandbox.Capture;

/// <summary>Who acts, as the owner probes write it: a part of <see cref="OwnerEvent"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = OwnerLayout.ActorSize)]
internal unsafe struct OwnerActor
{
    public int Process;
    public int Thread;
    private fixed byte _name[16];
    private long _started;
    private ulong _program;
    private uint _executions;
    private uint _user;

    /// <summary>The name of the process, which is that of its first thread (proc_pid_comm(5)).</summary>
    public readonly string Name
    {
        get
        {
            fixed (byte* at = _name)
            {
                var text = new ReadOnlySpan<byte>(at, 16);
                var end = text.IndexOf((byte)0);
                return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
            }
        }
    }

    public readonly SocketOwner Owner => new(Process, Thread, Name) { Started = _started, Program = _program, Executions = _executions, User = _user };
}
