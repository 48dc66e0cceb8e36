using System.Buffers.Binary;
using System.Diagnostics;

namespace Sandbox.Bench.Subjects;

/// <summary>clone3(2) and execve(2) for the same namespaces, by a small C process that measures itself.</summary>
internal sealed class FloorSubject : Subject, IDisposable
{
    private readonly Process _helper;

    public FloorSubject(Workplace place, string stamp)
        : base("clone3 + exec, the same namespaces (floor, C)") =>
        _helper = Process.Start(new ProcessStartInfo(place.Compile("floor"), [Workplace.TrueProgram, stamp]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public override double RunWhole() => Ask('t').Whole;

    public override double RunToMain() => Ask('s').ToMain;

    public void Dispose()
    {
        _helper.StandardInput.Close();
        _helper.WaitForExit();
        _helper.Dispose();
    }

    private (double ToMain, double Whole) Ask(char which)
    {
        _helper.StandardInput.BaseStream.WriteByte((byte)which);
        _helper.StandardInput.BaseStream.Flush();
        var answer = new byte[16];
        _helper.StandardOutput.BaseStream.ReadExactly(answer);
        return (BinaryPrimitives.ReadInt64LittleEndian(answer) / 1e6, BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(8)) / 1e6);
    }
}
