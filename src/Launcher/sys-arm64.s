// The entry point and the raw system call of arm64 (AAPCS64 to svc registers).
	.text
	.globl	_start
_start:
	mov	x29, #0
	mov	x0, sp
	bl	main
	mov	x8, #94			// exit_group
	svc	#0

	.globl	sys_raw
	.hidden	sys_raw
sys_raw:
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	svc	#0
	ret

	.globl	launcher_arch
	.hidden	launcher_arch
launcher_arch:
	mov	w0, #1
	ret

	.section .note.GNU-stack,"",%progbits
