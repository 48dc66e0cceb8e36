using System.Diagnostics;
using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>The compilers on one policy.</summary>
internal sealed class PolicyBench : IDisposable
{
    private const int WarmUp = 60;
    private readonly Libseccomp _list, _tree;

    public PolicyBench(PolicyCase of, string libseccomp, string file)
    {
        Case = of;
        var program = SeccompCompiler.Compile(of.Policy);
        var begun = Stopwatch.GetTimestamp();
        Proven.Check(of.Policy, program);
        var proof = Stopwatch.GetElapsedTime(begun);
        for (var i = 0; i < WarmUp; i++) Compile(of.Policy);
        _list = new(libseccomp, of.Policy, 1, file + "-list");
        _tree = new(libseccomp, of.Policy, 2, file + "-tree");
        Subjects =
        [
            new("**ours**", program, of.Decisions, () => Compile(of.Policy)) { Proof = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"proven in {proof.TotalMilliseconds:0} ms") },
            new("libseccomp, list", _list.Program, of.Decisions, _list.Compile) { Proof = Proven.Judge(of.Policy, _list.Program) },
            new("libseccomp, tree", _tree.Program, of.Decisions, _tree.Compile) { Proof = Proven.Judge(of.Policy, _tree.Program) },
        ];
    }

    public PolicyCase Case { get; }

    public FilterSubject[] Subjects { get; }

    public void Dispose()
    {
        _list.Dispose();
        _tree.Dispose();
    }

    // A copy, since a policy keeps the index of its rules; libseccomp makes its own each time too.
    private static double Compile(SeccompPolicy policy)
    {
        var begun = Stopwatch.GetTimestamp();
        SeccompCompiler.Compile(policy.Copy());
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
