using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Seccomp;

namespace Sandbox.Bench;

/// <summary>What the parts of a plan cost the engine, each alone, without any process.</summary>
internal static class PlanProfile
{
    public static void Run(Report report, Workplace place, int rounds)
    {
        var request = place.Request(BuiltInProfiles.Strict, Workplace.TrueProgram);
        var identity = LaunchIdentity.Current;
        var working = WorkingDirectory.Decide(request, place.Directory);
        var environment = TargetEnvironment.Build(request.Profile, request.Environment);
        var layout = new LayoutBuilder(request.Profile, identity, place.Directory).Build(working);
        var prepared = PreparedLaunch.Create(request);
        var parts = new (string Name, Action Part)[]
        {
            ("environment", () => TargetEnvironment.Build(request.Profile, request.Environment)),
            ("working directory", () => WorkingDirectory.Decide(request, place.Directory)),
            ("layout of the root", () => new LayoutBuilder(request.Profile, identity, place.Directory).Build(working)),
            ("program's path", () => new ExecutableResolver(RootMode.Private, null, layout.VisiblePaths, place.Directory).Resolve(request.FilePath, environment.SearchPath)),
            ("seccomp filter", () => SeccompCompiler.CompileForObservation(BuiltInPolicies.Get("strict")).ToBytes()),
            ("plan, everything", () => PreparedLaunch.Create(request)),
            ("encode", () => prepared.Plan.Encode(new byte[prepared.Plan.Size], 4)),
        };
        var stages = new Stages();
        for (var i = 0; i < rounds + 50; i++)
        {
            var into = i < 50 ? new Stages() : stages;
            into.Begin();
            foreach (var (name, part) in parts)
            {
                into.Restart();
                part();
                into.Mark(name);
            }

            into.End();
        }

        report.Stages($"Parts of a Strict plan ({prepared.Plan.Steps.Count} steps, {prepared.Plan.Size} bytes)", stages, whole: false);
    }
}
