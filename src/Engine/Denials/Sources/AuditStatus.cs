using System.Buffers.Binary;
using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>What the kernel says of its audit queue (AUDIT_GET; struct audit_status of linux/audit.h). Needs CAP_AUDIT_CONTROL.</summary>
/// <param name="RateLimit">Records a second, 0 for no limit.</param>
/// <param name="Lost">Records that it dropped since boot or since the count was reset.</param>
internal sealed record AuditStatus(uint RateLimit, uint Lost)
{
    private const int Get = 1000, Error = 2; // AUDIT_GET, NLMSG_ERROR
    private const int BufferSize = 1024;

    /// <summary>Asks; null with the reason where the kernel refuses, or doesn't answer in time.</summary>
    public static AuditStatus? TryRead(int milliseconds, out string? refusal)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NetlinkSocket.Audit, 0, "the audit status");
            Span<byte> request = stackalloc byte[NetlinkSocket.HeaderSize];
            request.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(request[4..], Get);
            BinaryPrimitives.WriteUInt16LittleEndian(request[6..], 1); // NLM_F_REQUEST
            socket.Send(request, "the audit status");
            return Await(socket, milliseconds, out refusal);
        }
        catch (ErrnoException e)
        {
            refusal = e.Message;
            return null;
        }
    }

    private static AuditStatus? Await(NetlinkSocket socket, int milliseconds, out string? refusal)
    {
        refusal = "the kernel didn't answer AUDIT_GET";
        using var batch = new MessageBatch(1, BufferSize);
        for (var end = Environment.TickCount64 + milliseconds; end - Environment.TickCount64 is > 0 and var left;)
        {
            if (!Readiness.Await(socket.File, (int)left) || batch.Receive(socket.File, out _) < 1 || batch.Port(0) != 0 || batch[0].Length < NetlinkSocket.HeaderSize + 4) continue;
            var body = batch[0][NetlinkSocket.HeaderSize..];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(batch[0][4..]))
            {
                case Error when BinaryPrimitives.ReadInt32LittleEndian(body) is < 0 and var errno:
                    refusal = $"AUDIT_GET: {Errno.Name(-errno)}";
                    return null;
                case Get when body.Length >= 32:
                    refusal = null;
                    return new(BinaryPrimitives.ReadUInt32LittleEndian(body[16..]), BinaryPrimitives.ReadUInt32LittleEndian(body[24..]));
            }
        }

        return null;
    }
}
