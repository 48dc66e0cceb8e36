using Tmds.Linux;

namespace Sandbox.Native;

/// <summary>poll(2) for one descriptor with a bound that signals don't shorten.</summary>
internal static class Readiness
{
    public static unsafe bool Await(FileDescriptor file, int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        var poll = new pollfd { fd = file.Number, events = (short)LibC.POLLIN };
        while (end - Environment.TickCount64 is >= 0 and var left)
        {
            if (PollEvents.Wait(&poll, 1, (int)left) > 0) return true;
        }

        return false;
    }
}
