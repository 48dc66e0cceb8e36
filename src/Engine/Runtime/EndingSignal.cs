using System.Runtime.InteropServices;
using Sandbox.Native;

namespace Sandbox.Runtime;

/// <summary>
/// A signal that ends the session. Since .NET 10 it does so without AppDomain.ProcessExit. What it does stays as it was: the process ends by
/// it, a moment later.
/// </summary>
/// <remarks>
/// A handler may refuse it (PosixSignalContext.Cancel), and then the session goes on, and its sandboxes with it. .NET calls all handlers in
/// the reverse order of their registration. Those that came after ours have spoken by the time of ours. One that was there before has
/// not: where there is one, the signal is the host's, which ends by itself when it wants to, and that is ProcessExit. So is a signal that
/// this process ignores, as after nohup(1): .NET lets it be. Only SIGTERM can't be seen to be ignored, since the runtime takes it at its start.
/// SIGINT and SIGQUIT aren't for us: they interrupt a command of pwsh.
/// </remarks>
internal static class EndingSignal
{
    private const int HangUp = 1, Terminate = 15; // SIGHUP, SIGTERM
    private static readonly List<PosixSignalRegistration> Watched = [];

    /// <summary>Calls <paramref name="end"/> before the session ends by one of them, from now on.</summary>
    public static void Watch(Action end)
    {
        Watch(PosixSignal.SIGTERM, Terminate, end);
        Watch(PosixSignal.SIGHUP, HangUp, end);
    }

    private static void Watch(PosixSignal signal, int number, Action end)
    {
        var before = SignalAction.HandlerOf(number);
        var registration = PosixSignalRegistration.Create(signal, context =>
        {
            if (!context.Cancel) end();
        });
        // .NET has one native handler for all: it is there already where somebody else has one, and not at all where the signal is ignored.
        if (SignalAction.HandlerOf(number) == before) registration.Dispose();
        else Watched.Add(registration);
    }
}
