using System.Buffers.Binary;

namespace Sandbox.Native;

/// <summary>Requests and their answers over one netlink socket, each wait bounded. For one thread at a time.</summary>
internal sealed class NetlinkConversation(NetlinkSocket socket) : IDisposable
{
    private const int Error = 2, Done = 3; // NLMSG_ERROR, NLMSG_DONE
    private const int Patience = 10_000;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _sequence;

    /// <summary>Sends a request and waits until the kernel says that it is done.</summary>
    public void Do(string call, string detail, params ReadOnlySpan<NetlinkMessage> messages)
    {
        var errno = Try(detail, messages);
        if (errno != 0) throw new ErrnoException(call, errno, detail);
    }

    /// <summary>Sends a request, or a batch of which one message asks for an answer, and waits for it: an errno, or 0.</summary>
    public int Try(string detail, params ReadOnlySpan<NetlinkMessage> messages)
    {
        var bytes = new List<byte>();
        foreach (var message in messages) bytes.AddRange(message.Finish(++_sequence));
        socket.Send([.. bytes], detail);
        var first = _sequence - messages.Length + 1;
        for (; ; )
        {
            foreach (var (type, sequence, payload) in Next(detail))
            {
                if (sequence >= first && sequence <= _sequence && type == Error) return -BinaryPrimitives.ReadInt32LittleEndian(payload);
            }
        }
    }

    /// <summary>Everything that a dump request returns: each message without its header.</summary>
    public List<byte[]> Dump(string call, string detail, NetlinkMessage message)
    {
        socket.Send(message.Finish(++_sequence), detail);
        var found = new List<byte[]>();
        for (; ; )
        {
            foreach (var (type, sequence, payload) in Next(detail))
            {
                if (sequence != _sequence) continue;
                if (type == Done) return found;
                if (type != Error) found.Add(payload);
                else if (BinaryPrimitives.ReadInt32LittleEndian(payload) is var error and not 0) throw new ErrnoException(call, -error, detail);
            }
        }
    }

    /// <summary>The attributes of a message behind its fixed part, each with its type and value.</summary>
    public static IEnumerable<(int Type, byte[] Value)> Attributes(byte[] payload, int start)
    {
        for (var at = start; at + 4 <= payload.Length;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(at));
            if (length < 4 || at + length > payload.Length) yield break;
            yield return (BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(at + 2)) & 0x3fff, payload[(at + 4)..(at + length)]);
            at += (length + 3) & ~3;
        }
    }

    public void Dispose() => socket.Dispose();

    private List<(int Type, int Sequence, byte[] Payload)> Next(string detail)
    {
        if (!Readiness.Await(socket.File, Patience)) throw new ErrnoException("recv", Errno.ETIMEDOUT, detail);
        var length = socket.Receive(_buffer, detail);
        var messages = new List<(int, int, byte[])>();
        for (var at = 0; at + NetlinkSocket.HeaderSize <= length;)
        {
            var header = _buffer.AsSpan(at);
            var size = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (size < NetlinkSocket.HeaderSize || at + size > length) break;
            messages.Add((BinaryPrimitives.ReadUInt16LittleEndian(header[4..]), BinaryPrimitives.ReadInt32LittleEndian(header[8..]), _buffer[(at + NetlinkSocket.HeaderSize)..(at + size)]));
            at += (size + 3) & ~3;
        }

        return messages;
    }
}
