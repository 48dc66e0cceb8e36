using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>Measures calls under a filter, in a fresh process each time, since a filter can't be taken off.</summary>
internal sealed class CallCost(string program)
{
    private const int Batches = 6, CallsInBatch = 2000;
    private long[]? _without;

    /// <summary>Adds one process's measurements. The first must be the one without a filter: its errnos are what an allowed call has.</summary>
    public void Measure(FilterSubject subject)
    {
        var answer = Run(subject.File);
        var kinds = PolicyCase.Calls.Length;
        var errnos = answer[1..(1 + kinds)];
        _without ??= errnos;
        for (var kind = 0; kind < kinds; kind++)
        {
            var expected = subject.Expected?[kind] is { Action: SeccompAction.Errno } refused ? refused.Errno : _without[kind];
            if (errnos[kind] != expected) throw new InvalidOperationException($"{subject.Name}: {PolicyCase.Calls[kind]} had errno {errnos[kind]}, not {expected}.");
        }

        if (subject.Program is not null) subject.Installation.Add(answer[0] / 1e6);
        for (var at = 1 + kinds; at < answer.Length; at++) subject.Calls[(at - 1) % kinds].Add((double)answer[at] / CallsInBatch);
    }

    private long[] Run(string filter)
    {
        var calls = PolicyCase.Calls.SelectMany(call => new[] { call.Number, call.Arguments[0], call.Arguments[1] }).Select(value => value.ToString(CultureInfo.InvariantCulture));
        string[] arguments = [filter, Batches.ToString(CultureInfo.InvariantCulture), CallsInBatch.ToString(CultureInfo.InvariantCulture), .. calls];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var bytes = new byte[8 * (1 + PolicyCase.Calls.Length * (1 + Batches))];
        process.StandardOutput.BaseStream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The measuring program ended with {process.ExitCode} under {filter}.");
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(at => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 * at)))];
    }
}
