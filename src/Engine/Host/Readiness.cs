using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Host;

/// <summary>poll(2) for one descriptor with a bound that signals don't shorten.</summary>
internal static class Readiness
{
    public static unsafe bool Await(FileDescriptor file, int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        var poll = new pollfd { fd = file.Number };
        while (end - Environment.TickCount64 is >= 0 and var left)
        {
            // LibC.poll keeps no errno (its import lacks SetLastError): any failure is tried again until the bound.
            poll.events = (short)LibC.POLLIN;
            poll.revents = 0;
            if (LibC.poll(&poll, 1, (int)left) > 0) return true;
        }

        return false;
    }
}
