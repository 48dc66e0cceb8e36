using Sandbox.Events;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>Reads one of the target's streams on the event loop.</summary>
internal sealed class PipeReader(EventLoop loop, FileDescriptor pipe, OutputBuffer buffer)
{
    private bool _paused;

    public bool Ended { get; private set; }

    /// <summary>Whether a consumer is so far behind that reading has to wait.</summary>
    public Func<bool>? Hold { get; set; }

    public void Begin()
    {
        pipe.NonBlocking();
        loop.Watch(pipe, (uint)LibC.EPOLLIN, _ => OnReadable());
    }

    /// <summary>Goes on where a consumer has caught up.</summary>
    public void Resume()
    {
        if (!_paused || Ended || Hold?.Invoke() == true) return;
        _paused = false;
        loop.Change(pipe, (uint)LibC.EPOLLIN);
    }

    /// <summary>Takes what is left in the pipe and closes it.</summary>
    public void Finish()
    {
        if (Ended) return;
        while (!Ended && ReadOnce()) { }

        End();
    }

    private void OnReadable()
    {
        if (Hold?.Invoke() == true)
        {
            _paused = true;
            loop.Change(pipe, 0);
            return;
        }

        // One chunk a turn: a target that writes without end must not keep the loop from its other work.
        ReadOnce();
    }

    // False where there is nothing more to read now.
    private unsafe bool ReadOnce()
    {
        long got;
        fixed (byte* chunk = loop.Chunk)
        {
            got = (long)LibC.read(pipe.Number, chunk, loop.Chunk.Length);
        }

        if (got > 0)
        {
            buffer.Append(loop.Chunk.AsSpan(0, (int)got));
            return true;
        }

        if (got == 0) End();
        return got < 0 && LibC.errno == Errno.EINTR;
    }

    private void End()
    {
        if (Ended) return;
        Ended = true;
        loop.Forget(pipe);
        pipe.Dispose();
        buffer.Complete();
    }
}
