using Sandbox.Events;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Runtime;

/// <summary>Writes the target's standard input on the event loop, and closes it at the end.</summary>
internal sealed class InputWriter(EventLoop loop, FileDescriptor pipe, byte[] input)
{
    private int _at;
    private bool _ended;

    public void Begin()
    {
        pipe.NonBlocking();
        loop.Watch(pipe, (uint)LibC.EPOLLOUT, _ => OnWritable());
    }

    public void Finish()
    {
        if (_ended) return;
        _ended = true;
        loop.Forget(pipe);
        pipe.Dispose();
    }

    private unsafe void OnWritable()
    {
        if (_at == input.Length)
        {
            Finish();
            return;
        }

        fixed (byte* bytes = input)
        {
            var wrote = (long)LibC.write(pipe.Number, bytes + _at, input.Length - _at);
            if (wrote >= 0) _at += (int)wrote;
            else if (LibC.errno is not (Errno.EAGAIN or Errno.EINTR)) Finish(); // EPIPE: the target reads no more
        }
    }
}
