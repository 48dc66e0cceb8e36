using System.Buffers.Binary;
using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>
/// Every fork, exec and exit of the machine, by the netlink process connector (drivers/connector/cn_proc.c). A fork is told before the
/// child's first system call, so that a child which is gone from /proc is known all the same. Only in the initial network, pid and user
/// namespaces.
/// </summary>
internal sealed class ProcessEvents : IDisposable
{
    private const int Batch = 64, MessageSize = 256, AnswerMilliseconds = 250;
    private const int Connector = NetlinkSocket.HeaderSize, Event = Connector + 20, Data = Event + 16; // struct cn_msg, struct proc_event
    private const uint Group = 1, Listen = 1, Ignore = 2; // CN_IDX_PROC, PROC_CN_MCAST_LISTEN, PROC_CN_MCAST_IGNORE
    private const uint None = 0, Fork = 1, Exec = 2, Exit = 0x8000_0000; // enum proc_cn_event
    private readonly NetlinkSocket _socket;
    private readonly MessageBatch _batch = new(Batch, MessageSize);
    private bool _disposed;

    private ProcessEvents(NetlinkSocket socket) => _socket = socket;

    public FileDescriptor File => _socket.File;

    /// <summary>Subscribes, and waits for the kernel's answer; null with the reason where it gives none.</summary>
    public static ProcessEvents? TryOpen(out string? refusal)
    {
        ProcessEvents? events = null;
        try
        {
            events = new(NetlinkSocket.Open(NetlinkSocket.Connector, Group, "the process connector"));
            events._socket.Enlarge(64 << 20, 16 << 20, 4 << 20);
            events.Request(Listen);
            if (events.AwaitAnswer())
            {
                refusal = null;
                return events;
            }

            refusal = "the kernel didn't answer";
        }
        catch (ErrnoException e)
        {
            refusal = e.Message;
        }

        events?.Dispose();
        return null;
    }

    /// <summary>Takes all that have come; false where some were lost.</summary>
    public bool Read(ICollection<ProcessEvent> events) => Read(events, out _);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            Request(Ignore); // before Linux 6.6 the kernel goes on producing events for a listener that has only been closed
        }
        catch (ErrnoException)
        {
            // The socket's end is the end of the subscription.
        }

        _socket.Dispose();
        _batch.Dispose();
    }

    private bool Read(ICollection<ProcessEvent> events, out bool answered)
    {
        answered = false;
        var complete = true;
        while (true)
        {
            var count = _batch.Receive(_socket.File, out var errno);
            if (count < 0 && errno == Errno.ENOBUFS) complete = false;
            else if (count < 0 && errno != Errno.EINTR) return errno == Errno.EAGAIN ? complete : throw new ErrnoException("recvmmsg", errno, "the process connector");
            for (var i = 0; i < count; i++)
            {
                if (_batch.Port(i) == 0) Take(_batch[i], events, ref answered);
            }
        }
    }

    private static void Take(ReadOnlySpan<byte> message, ICollection<ProcessEvent> events, ref bool answered)
    {
        if (message.Length < Data + 16) return;
        var time = BinaryPrimitives.ReadUInt64LittleEndian(message[(Event + 8)..]);
        switch (BinaryPrimitives.ReadUInt32LittleEndian(message[Event..]))
        {
            case None:
                answered = true;
                break;
            case Fork when Word(message, 2) == Word(message, 3): // else a thread; parent pid, parent tgid, child pid, child tgid
                events.Add(new(ProcessEventKind.Fork, Word(message, 3), Word(message, 1), time));
                break;
            case Exec:
                events.Add(new(ProcessEventKind.Exec, Word(message, 1), 0, time));
                break;
            case Exit: // of each thread
                events.Add(new(ProcessEventKind.Exit, Word(message, 1), 0, time));
                break;
        }
    }

    private static int Word(ReadOnlySpan<byte> message, int index) => BinaryPrimitives.ReadInt32LittleEndian(message[(Data + (4 * index))..]);

    private bool AwaitAnswer()
    {
        List<ProcessEvent> before = [];
        for (var end = Environment.TickCount64 + AnswerMilliseconds; end - Environment.TickCount64 is > 0 and var left;)
        {
            if (!Readiness.Await(_socket.File, (int)left)) return false;
            Read(before, out var answered);
            if (answered) return true;
        }

        return false;
    }

    private void Request(uint operation)
    {
        Span<byte> message = stackalloc byte[Event + 4];
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], 3); // NLMSG_DONE
        BinaryPrimitives.WriteUInt32LittleEndian(message[Connector..], 1); // CN_IDX_PROC
        BinaryPrimitives.WriteUInt32LittleEndian(message[(Connector + 4)..], 1); // CN_VAL_PROC
        BinaryPrimitives.WriteUInt16LittleEndian(message[(Connector + 16)..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(message[Event..], operation);
        _socket.Send(message, string.Create(CultureInfo.InvariantCulture, $"the process connector, operation {operation}"));
    }
}
