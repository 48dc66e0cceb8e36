using System.Globalization;
using System.Runtime.InteropServices;
using Sandbox.Capture;

namespace Sandbox.Bench.Capture;

/// <summary>Our capture in a process of its own, as the tools are that it is measured against.</summary>
internal static class CaptureChild
{
    public const string Argument = "--capture", Ready = "capturing";

    public static int Run(string link, string file, int snapLength, long bufferSize, bool attributes)
    {
        using var end = new ManualResetEventSlim();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            end.Set();
        });
        using var capture = PacketCapture.Start(new() { Interface = link, SnapLength = snapLength, BufferSize = bufferSize, ProcessAttribution = attributes }, file, new(), null);
        Console.Error.WriteLine(Ready);
        end.Wait();
        capture.Stop();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"received {capture.Received} written {capture.Written} filtered {capture.Filtered} dropped {capture.Dropped} attributed {capture.Attributed} events lost {capture.LostOwnerEvents}"));
        return 0;
    }
}
