using System.Text;

namespace Sandbox.Runtime;

/// <summary>
/// Turns a stream's bytes into lines for one consumer. It holds a bounded number of lines: beyond that the reading of the pipe
/// pauses, and the target waits in write(2) as it would behind any slow reader. Nothing is lost.
/// </summary>
internal sealed class OutputFollower(int processId, string stream, OutputQueue queue)
{
    private readonly Decoder _decoder = new UTF8Encoding(false, false).GetDecoder();
    private readonly StringBuilder _line = new();

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[1024];
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, 1000)];
            AppendText(text[.._decoder.GetChars(part, text, flush: false)]);
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Names bytes that were dropped before this consumer came.</summary>
    public void Gap(long dropped)
    {
        EndLine();
        queue.Add(new(processId, stream, $"[{dropped} bytes dropped]"));
    }

    public void Complete()
    {
        EndLine();
        queue.CompleteOne();
    }

    private void AppendText(ReadOnlySpan<char> text)
    {
        int end;
        while ((end = text.IndexOf('\n')) >= 0)
        {
            _line.Append(text[..end]);
            if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
            queue.Add(new(processId, stream, _line.ToString()));
            _line.Clear();
            text = text[(end + 1)..];
        }

        _line.Append(text);
        // A line without an end can't grow without a bound.
        if (_line.Length > 1 << 20) EndLine();
    }

    private void EndLine()
    {
        if (_line.Length == 0) return;
        queue.Add(new(processId, stream, _line.ToString()));
        _line.Clear();
    }
}
