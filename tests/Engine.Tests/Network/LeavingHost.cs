using System.Runtime.InteropServices;
using Sandbox.Runtime;

namespace Sandbox.Tests.Network;

/// <summary>A hosting process that ends with sandboxes that run, in one of the ways in which a session ends.</summary>
internal static class LeavingHost
{
    public static int Run(string how, LaunchRequest request)
    {
        Thread? refuser = null;
        using var refused = new ManualResetEventSlim();
        using var earlier = how == "refuses" ? Refuse() : null;
        foreach (var r in new[] { request, request with { CapturePath = null } }) HardenedLauncher.Start(r);
        using var later = how == "refuses later" ? Refuse() : null;
        Console.WriteLine("running");
        if (earlier is not null || later is not null)
        {
            // Once its thread has ended, every handler of the signal was called.
            refused.Wait();
            refuser!.Join();
            Console.WriteLine("refused");
        }

        Console.ReadLine();
        if (how == "exit") Environment.Exit(7);
        return 7;

        PosixSignalRegistration Refuse() => PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            refuser = Thread.CurrentThread;
            refused.Set();
        });
    }
}
