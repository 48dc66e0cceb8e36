using System.Diagnostics;
using System.Runtime.InteropServices;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>Our compiler against libseccomp: programs, compile times and what calls cost, interleaved so that a noisy moment meets all.</summary>
internal static class SeccompBench
{
    private const string ContainersCommon = "/usr/share/containers/seccomp.json";
    private const int CompilationsInRound = 3;

    // On a busy machine the rounds end here.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    /// <param name="place">Where programs and filters are put.</param>
    /// <param name="rounds">How many rounds at most.</param>
    /// <param name="profiles">Files of further profiles, such as Docker's default.json.</param>
    public static void Run(Workplace place, int rounds, IEnumerable<string> profiles)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Console.Error.WriteLine("The seccomp part measures the x86-64 profile and its calls; this machine is another. It is not measured.");
            return;
        }

        var cases = Cases(profiles);
        var begun = Stopwatch.GetTimestamp();
        SeccompCompiler.Compile(cases[0].Policy);
        var first = Stopwatch.GetElapsedTime(begun);
        var libseccomp = place.Compile("libseccomp", "-lseccomp");
        PolicyBench[] policies = [.. cases.Select((of, index) => new PolicyBench(of, libseccomp, Path.Join(place.Directory, $"policy{index}")))];
        FilterSubject[] controls = [new("no filter", null, null), CacheControls.Smallest(), CacheControls.Defeated(cases[0], policies[0].Subjects[0].Program!)];
        FilterSubject[] subjects = [.. controls, .. policies.SelectMany(policy => policy.Subjects)];
        foreach (var (index, subject) in subjects.Index()) Save(subject, Path.Join(place.Directory, $"filter{index}"));
        rounds = Measure(subjects, new(place.Compile("callcost")), rounds);
        foreach (var policy in policies) policy.Dispose();
        SeccompReport.Write(rounds, first, policies, controls);
    }

    private static int Measure(FilterSubject[] subjects, CallCost cost, int rounds)
    {
        var begun = Stopwatch.GetTimestamp();
        cost.Measure(new("no filter", null, null));
        var round = 0;
        for (; round < rounds && Stopwatch.GetElapsedTime(begun) < Limit; round++)
        {
            var order = subjects.ToArray();
            new Random(round).Shuffle(order);
            foreach (var subject in order)
            {
                for (var i = 0; i < CompilationsInRound && subject.Compile is { } compile; i++) subject.Compilation.Add(compile());
                cost.Measure(subject);
            }
        }

        return round;
    }

    private static List<PolicyCase> Cases(IEnumerable<string> profiles)
    {
        List<PolicyCase> cases = [.. profiles.SelectMany(path => PolicyCase.OfProfile(Path.GetFileName(path), path))];
        if (File.Exists(ContainersCommon)) cases.AddRange(PolicyCase.OfProfile("containers-common", ContainersCommon));
        else Console.Error.WriteLine($"{ContainersCommon} isn't there (Debian package golang-github-containers-common). It is not measured.");
        cases.AddRange([GeneratedPolicies.Scattered(), GeneratedPolicies.DenyList(), GeneratedPolicies.Arguments()]);
        return cases;
    }

    private static void Save(FilterSubject subject, string file)
    {
        if (subject.Program is null) return;
        File.WriteAllBytes(file, subject.Program.ToBytes());
        subject.File = file;
    }
}
