using System.Collections;
using System.Management.Automation;
using Sandbox.Cmdlets.Binding;
using Sandbox.Runtime;
using Sandbox.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Cmdlets.Base;

/// <summary>The parameters that say what is run, and the launch itself.</summary>
public abstract class LaunchCmdlet : HardeningCmdlet
{
    private readonly InputCollector _input = new();

    /// <summary>A program's name or path.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("PSPath", "Path")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProgramCompleter))]
    public string FilePath { get; set; } = "";

    /// <summary>The arguments, each passed as it is.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    [Alias("Args")]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>The working directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables to set; a null value removes one.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Environment { get; set; }

    /// <summary>What the target reads on its standard input: text, a line each, or bytes.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public object? InputObject { get; set; }

    /// <summary>A built-in policy's name, a file, a list of calls and sets, or a policy object.</summary>
    [Parameter]
    [ValidateNotNull]
    [PolicyTransformation]
    [ArgumentCompleter(typeof(PolicyCompleter))]
    public SeccompPolicy? SeccompPolicy { get; set; }

    /// <summary>Descriptors of this process that the target keeps.</summary>
    [Parameter]
    [ValidateRange(3, 1 << 20)]
    public int[] PassDescriptor { get; set; } = [];

    /// <summary>A file into which every system call is counted.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Trace { get; set; }

    /// <summary>How they are counted.</summary>
    [Parameter]
    [ValidateNotNull]
    public SeccompTraceMethod? TraceMethod { get; set; }

    /// <summary>The least level at which the target may run.</summary>
    [Parameter]
    [ValidateNotNull]
    public HardeningLevel? RequireLevel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject))) _input.Add(InputObject);
    }

    /// <summary>Starts the target; null where ShouldProcess said no. A follower is attached before the first byte is read.</summary>
    protected HardenedProcess? Launch(Func<LaunchRequest, LaunchRequest>? more = null, Action<HardenedProcess>? follow = null)
    {
        try
        {
            var request = Request();
            request = more?.Invoke(request) ?? request;
            var target = $"{FilePath} {string.Join(' ', ArgumentList)}".TrimEnd();
            if (IsWhatIf) return Preview(request, target);
            if (!ShouldProcess(target, $"Start under profile {request.Profile.Name}")) return null;
            var process = HardenedLauncher.Start(request, follow);
            Announce(process);
            return process;
        }
        catch (SandboxException e)
        {
            ThrowSandboxError(e, e is HardeningException refused ? refused.Outcome.ToArray() : FilePath);
            throw;
        }
    }

    // A pipeline that was stopped meanwhile, or -WarningAction Stop, ends the cmdlet here: nobody would have the process then.
    private void Announce(HardenedProcess process)
    {
        try
        {
            WriteVerbose($"{process} runs at level {process.Level}.");
            var missing = process.Outcome.Where(r => r.Requested && r.Status != OutcomeStatus.Applied).Select(r => r.Name).ToArray();
            if (missing.Length > 0) WriteWarning($"{process} runs at level {process.Level}; not in force: {string.Join(", ", missing)}.");
        }
        catch (RuntimeException)
        {
            process.Stop(TimeSpan.Zero);
            throw;
        }
    }

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? ((SwitchParameter)given).IsPresent
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private HardenedProcess? Preview(LaunchRequest request, string target)
    {
        var plan = HardenedLauncher.Preview(request);
        var text = $"Start '{target}' under profile {request.Profile.Name}, in {plan.Count} steps:\n" + string.Join('\n', plan.Select((s, i) => $"{i,4}  {s}"));
        ShouldProcess(text, text, "Start");
        return null;
    }

    /// <summary>What is to be run.</summary>
    protected LaunchRequest Request() => new()
    {
        FilePath = FilePath.Contains('/', StringComparison.Ordinal) ? ResolvePath(FilePath, nameof(FilePath)) : FilePath,
        Arguments = ArgumentList,
        WorkingDirectory = WorkingDirectory is null ? null : ResolvePath(WorkingDirectory, nameof(WorkingDirectory)),
        CurrentDirectory = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        Environment = TextDictionary.OfNullable(Environment),
        Profile = EffectiveProfile(),
        SeccompPolicy = SeccompPolicy,
        Input = _input.Bytes,
        PassDescriptors = PassDescriptor,
        RequireLevel = RequireLevel,
        TracePath = Trace is null ? null : ResolvePath(Trace, nameof(Trace)),
        TraceMethod = TraceMethod ?? SeccompTraceMethod.Auto,
    };
}
