using Sandbox.Native;

namespace Sandbox.Denials;

/// <summary>The kernel log, one record by each read.</summary>
internal interface IKmsgDevice : IDisposable
{
    /// <summary>Readable when there is a record.</summary>
    public FileDescriptor File { get; }

    /// <summary>Reads one record without waiting; -1 with the errno where there is none.</summary>
    public int Read(Span<byte> buffer, out int errno);
}
