using System.Collections;
using System.Management.Automation;
using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a seccomp policy: an object (also one that came through CLIXML, a job or remoting), a built-in name, a file, or a list of calls and sets.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PolicyTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        ArgumentNullException.ThrowIfNull(engineIntrinsics);
        try
        {
            return Rehydration.Policy(inputData) switch
            {
                string text => SeccompPolicyArgument.Parse([FullPath(engineIntrinsics, text)]),
                IEnumerable list => SeccompPolicyArgument.Parse([.. list.Cast<object?>().Select(o => o?.ToString() ?? "")]),
                var other => other,
            };
        }
        catch (SandboxException e)
        {
            throw new ArgumentTransformationMetadataException($"{e.Message} {e.Remedy}", e);
        }
    }

    private static string FullPath(EngineIntrinsics engine, string text) =>
        SeccompFormats.IsPath(text) ? engine.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text) : text;
}
