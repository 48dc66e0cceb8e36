using System.Diagnostics;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Bench.Subjects;

/// <summary>posix_spawn(3) of a program, alone or behind a tool such as bwrap that launches it.</summary>
internal sealed class SpawnSubject(string name, IReadOnlyList<string> tool, string stamp) : Subject(name)
{
    private readonly FileDescriptor _nothing = FileDescriptor.Open("/dev/null", LibC.O_RDWR);

    public override double RunWhole() => Run(Workplace.TrueProgram).Whole;

    public override double RunToMain() => Run(stamp).ToMain;

    private unsafe (double ToMain, double Whole) Run(string program)
    {
        var begun = Stopwatch.GetTimestamp();
        var (read, write) = FileDescriptor.Pipe();
        using (read)
        {
            int pid;
            using (write)
            {
                IReadOnlyList<string> command = [.. tool, program];
                pid = PosixSpawn.Start(command[0], command, [(_nothing.Number, 0), (write.Number, 1)], newSession: false);
            }

            long at = 0;
            var got = program == stamp ? (long)LibC.read(read.Number, &at, 8) : 0;
            Wait.Reap(pid);
            var whole = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            if (program == stamp && got != 8) throw new InvalidOperationException($"{Name} did not run its program.");
            return (Stopwatch.GetElapsedTime(begun, at).TotalMilliseconds, whole);
        }
    }
}
