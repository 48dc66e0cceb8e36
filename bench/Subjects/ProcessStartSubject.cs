using System.Diagnostics;
using System.Buffers.Binary;

namespace Sandbox.Bench.Subjects;

/// <summary>System.Diagnostics.Process, its output redirected as ours is.</summary>
internal sealed class ProcessStartSubject(string stamp) : Subject("Process.Start")
{
    public override double RunWhole() => Run(Workplace.TrueProgram, []);

    public override double RunToMain()
    {
        var at = new byte[8];
        var begun = Stopwatch.GetTimestamp();
        Run(stamp, at);
        return Stopwatch.GetElapsedTime(begun, BinaryPrimitives.ReadInt64LittleEndian(at)).TotalMilliseconds;
    }

    private static double Run(string program, byte[] output)
    {
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.ReadExactly(output);
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
